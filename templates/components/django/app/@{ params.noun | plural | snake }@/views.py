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
    create=extend_schema(description="Place the @{ params.noun | title | lower }@; it is confirmed soon after."),
    list=extend_schema(description="The user's @{ params.noun | plural | title | lower }@, newest first."),
    retrieve=extend_schema(description="The @{ params.noun | title | lower }@ with its history."),
)
class @{ One }@ViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[@{ One }@],
):
    """The user's own @{ params.noun | plural | title | lower }@."""

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
