"""Serializers for orders."""

from rest_framework import serializers

from .models import Order, OrderEvent


class OrderSerializer(serializers.ModelSerializer[Order]):
    """The order as clients place it and lists show it."""

    quantity = serializers.IntegerField(min_value=1, max_value=1000, default=1)

    class Meta:
        model = Order
        fields = ["id", "title", "quantity", "status", "created_at", "updated_at", "confirmed_at"]
        read_only_fields = ["id", "status", "created_at", "updated_at", "confirmed_at"]


class OrderEventSerializer(serializers.ModelSerializer[OrderEvent]):
    """A status, and since when."""

    class Meta:
        model = OrderEvent
        fields = ["status", "at"]
        read_only_fields = fields


class OrderDetailSerializer(OrderSerializer):
    """The order with its history."""

    events = OrderEventSerializer(many=True, read_only=True)

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "events"]
