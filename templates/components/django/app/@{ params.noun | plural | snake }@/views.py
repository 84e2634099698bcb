@% set One = params.noun | pascal %@
"""The API for @{ params.noun | plural | title | lower }@."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.views import user_of

from . import services
from .models import @{ One }@
from .serializers import @{ One }@DetailSerializer, @{ One }@Serializer


@extend_schema_view(
    create=extend_schema(description="Ask for something; it is carried out soon after."),
    list=extend_schema(description="What one has asked for, the newest first."),
    retrieve=extend_schema(description="One of them, with its history."),
)
class @{ One }@ViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[@{ One }@],
):
    """Create, list and read one's own."""

    queryset = @{ One }@.objects.all()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[@{ One }@]:
        """Restrict to the user's own rows, so those of others give 404 and not 403."""
        if getattr(self, "swagger_fake_view", False):
            return @{ One }@.objects.none()
        mine = @{ One }@.objects.filter(owner=user_of(self.request))
        return mine.prefetch_related("events") if self.action == "retrieve" else mine

    def get_serializer_class(self) -> type[BaseSerializer[@{ One }@]]:
        if self.action == "retrieve":
            return @{ One }@DetailSerializer
        return @{ One }@Serializer

    def perform_create(self, serializer: BaseSerializer[@{ One }@]) -> None:
        serializer.instance = services.place(user_of(self.request), **serializer.validated_data)
