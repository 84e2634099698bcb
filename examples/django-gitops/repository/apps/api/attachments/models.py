"""Files that belong to orders."""

import uuid

from django.db import models

from orders.models import Order


def storage_key(attachment: models.Model, name: str) -> str:
    """The object key; it never contains the user's file name, which is untrusted."""
    return f"attachments/{attachment.pk}"


class Attachment(models.Model):
    """Metadata of a file whose content is in the object store."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        Order,
        on_delete=models.CASCADE,
        related_name="attachments",
    )
    file = models.FileField(upload_to=storage_key, max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name
