"""Check the bucket before the release, and create it in development."""

from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Check that the bucket can be reached; create it where S3_CREATE_BUCKET allows that."

    def handle(self, *args: Any, **options: Any) -> None:
        # Any: django-storages is untyped. The default storage is always S3Storage.
        storage: Any = storages["default"]
        client = storage.connection.meta.client
        try:
            client.head_bucket(Bucket=storage.bucket_name)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 403:
                reason = f"the credentials need s3:ListBucket on the bucket {storage.bucket_name}"
                raise CommandError(reason) from error
            if status != 404:
                raise
            if not settings.S3_CREATE_BUCKET:
                raise CommandError(f"there is no bucket {storage.bucket_name}") from error
            client.create_bucket(Bucket=storage.bucket_name)
            self.stdout.write(f"bucket {storage.bucket_name} created")
        else:
            self.stdout.write(f"bucket {storage.bucket_name} is there")
