"""The API for orders."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.views import user_of

from . import services
from .models import Order
from .serializers import OrderDetailSerializer, OrderSerializer


@extend_schema_view(
    create=extend_schema(description="Place the order; it is confirmed soon after."),
    list=extend_schema(description="The user's orders, newest first."),
    retrieve=extend_schema(description="The order with its history."),
)
class OrderViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Order],
):
    """The user's own orders."""

    queryset = Order.objects.all()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Order]:
        """Restrict to the user's own rows, so those of others give 404 and not 403."""
        if getattr(self, "swagger_fake_view", False):
            return Order.objects.none()
        mine = Order.objects.filter(owner=user_of(self.request))
        return mine.prefetch_related("events") if self.action == "retrieve" else mine

    def get_serializer_class(self) -> type[BaseSerializer[Order]]:
        if self.action == "retrieve":
            return OrderDetailSerializer
        return OrderSerializer

    def perform_create(self, serializer: BaseSerializer[Order]) -> None:
        serializer.instance = services.place(user_of(self.request), **serializer.validated_data)
