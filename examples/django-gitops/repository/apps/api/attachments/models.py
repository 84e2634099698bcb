"""Files that belong to orders."""

import uuid
from typing import Any

from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.http import content_disposition_header

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

    def download_link(self) -> str:
        """An address that anybody may open for a minute.

        The browser always saves the content: uploaded HTML must not run on the store's origin.
        """
        storage: Any = storages["downloads"]  # django-storages is untyped
        headers = {
            "ResponseContentDisposition": content_disposition_header(True, self.name),
            "ResponseContentType": "application/octet-stream",
        }
        link: str = storage.url(self.file.name, parameters=headers, expire=60)
        return link


@receiver(post_delete, sender=Attachment)
def delete_content(instance: Attachment, **_: Any) -> None:
    """Delete the object with its row; the command `delete_orphans` repeats what fails here."""
    transaction.on_commit(lambda: instance.file.delete(save=False), robust=True)
