@% set One = params.noun | pascal %@
"""Serializers for @{ params.noun | plural | title | lower }@."""

from rest_framework import serializers

from .models import @{ One }@, @{ One }@Event


class @{ One }@Serializer(serializers.ModelSerializer[@{ One }@]):
    """The @{ params.noun | title | lower }@ as clients place it and lists show it."""

    quantity = serializers.IntegerField(min_value=1, max_value=1000, default=1)

    class Meta:
        model = @{ One }@
        fields = ["id", "title", "quantity", "status", "created_at", "updated_at", "confirmed_at"]
        read_only_fields = ["id", "status", "created_at", "updated_at", "confirmed_at"]


class @{ One }@EventSerializer(serializers.ModelSerializer[@{ One }@Event]):
    """A status, and since when."""

    class Meta:
        model = @{ One }@Event
        fields = ["status", "at"]
        read_only_fields = fields


class @{ One }@DetailSerializer(@{ One }@Serializer):
    """The @{ params.noun | title | lower }@ with its history."""

    events = @{ One }@EventSerializer(many=True, read_only=True)

    class Meta(@{ One }@Serializer.Meta):
        fields = [*@{ One }@Serializer.Meta.fields, "events"]
