@% set One = params.noun | pascal %@
"""Routes below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from .views import @{ One }@ViewSet

router = SimpleRouter(use_regex_path=False)
router.register(
    "@{ params.noun | plural | kebab }@",
    @{ One }@ViewSet,
    basename="@{ params.noun | kebab }@",
)

urlpatterns = router.urls
