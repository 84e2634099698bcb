"""Routes below `/api/v1/`."""

from django.urls import path

from attachments.views import AttachmentContentView, AttachmentListView

urlpatterns = [
    path(
        "orders/<uuid:parent>/attachments/",
        AttachmentListView.as_view(),
        name="attachments",
    ),
    path(
        "attachments/<uuid:identifier>/content/",
        AttachmentContentView.as_view(),
        name="attachment-content",
    ),
]
