@% set One = params.noun | pascal %@
"""Addresses below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from .views import @{ One }@ViewSet

router = SimpleRouter()
router.register("@{ params.noun | plural | kebab }@", @{ One }@ViewSet, basename="@{ params.noun | kebab }@")

urlpatterns = router.urls
