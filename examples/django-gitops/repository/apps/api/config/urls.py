"""Root URL configuration: `/api/v1/` for clients, `/admin/` for staff."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

api: list[URLPattern | URLResolver] = [
    path("auth/", include("accounts.urls")),
    path("", include("orders.urls")),
    path("", include("attachments.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("admin/", admin.site.urls),
]

handler400 = "common.problems.bad_request"
handler403 = "common.problems.permission_denied"
handler404 = "common.problems.not_found"
handler500 = "common.problems.server_error"
