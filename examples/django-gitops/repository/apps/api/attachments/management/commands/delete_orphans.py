"""Delete objects that no attachment refers to."""

from datetime import timedelta
from itertools import batched
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand
from django.utils import timezone

from attachments.models import Attachment

BATCH = 500


class Command(BaseCommand):
    help = "Delete what interrupted uploads and failed deletions left, when it is a day old."

    def handle(self, *args: Any, **options: Any) -> None:
        storage: Any = storages["default"]
        # The row of an upload is written after the object.
        limit = timezone.now() - timedelta(days=1)
        objects = storage.bucket.objects.filter(Prefix="attachments/")
        old = (each.key for each in objects if each.last_modified < limit)
        deleted = 0
        for keys in batched(old, BATCH, strict=False):
            known = Attachment.objects.filter(file__in=keys).values_list("file", flat=True)
            for key in set(keys).difference(known):
                storage.delete(key)
                deleted += 1
        self.stdout.write(f"{deleted} objects deleted")
