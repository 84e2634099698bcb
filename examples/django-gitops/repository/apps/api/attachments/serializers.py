"""What the API says about attachments."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from attachments.models import Attachment


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file; its content is behind another address."""

    class Meta:
        model = Attachment
        fields = ["id", "name", "content_type", "size", "created_at"]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Attachment]):
    """A file to keep."""

    file = serializers.FileField(max_length=200)

    def validate_file(self, file: Any) -> Any:
        if file.size > settings.ATTACHMENT_MAX_BYTES:
            raise serializers.ValidationError("The file is too large.")
        return file
