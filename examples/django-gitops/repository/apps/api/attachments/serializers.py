"""Serializers for attachments."""

import re
from typing import Any

from django.conf import settings
from rest_framework import serializers

from attachments.models import Attachment

# A media type as in RFC 6838, no longer than the model's field.
CONTENT_TYPE = re.compile(r"(?=.{1,100}$)[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", re.IGNORECASE)


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """An attached file."""

    class Meta:
        model = Attachment
        fields = ["id", "name", "content_type", "size", "created_at"]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Attachment]):
    """The file to attach."""

    file = serializers.FileField(max_length=200)

    def validate_file(self, file: Any) -> Any:
        if file.size > settings.ATTACHMENT_MAX_BYTES:
            raise serializers.ValidationError("The file is too large.")
        # Optional, but stored as sent, so it has to be valid.
        if file.content_type and not CONTENT_TYPE.fullmatch(file.content_type):
            raise serializers.ValidationError("This is no content type.")
        return file
