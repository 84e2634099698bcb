@% set One = unit.params.noun | pascal %@
@% set one = unit.params.noun | snake %@
@% set many = unit.params.noun | plural | snake %@
"""The API for attachments."""

from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

@{ ["from accounts.views import user_of", "from attachments.models import Attachment", "from attachments.serializers import AttachmentSerializer, UploadSerializer", "from " ~ many ~ ".models import " ~ One] | sort | join("\n") }@


class AttachmentListView(APIView):
    """What is attached to one's own."""

    parser_classes = [MultiPartParser]
    # The file and the multipart overhead.
    max_body_bytes = settings.ATTACHMENT_MAX_BYTES + 16 * 1024

    @extend_schema(operation_id="attachments_list", responses=AttachmentSerializer(many=True))
    def get(self, request: Request, parent: UUID) -> Response:
        attachments = _own(request).filter(@{ one }@=parent)
        return Response(AttachmentSerializer(attachments, many=True).data)

    @extend_schema(
        operation_id="attachments_create",
        request=UploadSerializer,
        responses={201: AttachmentSerializer},
    )
    def post(self, request: Request, parent: UUID) -> Response:
        mine = @{ One }@.objects.filter(owner=user_of(request))
        @{ one }@ = get_object_or_404(mine, pk=parent)
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        attachment = Attachment(
            @{ one }@=@{ one }@,
            file=file,
            name=file.name,
            content_type=file.content_type or "application/octet-stream",
            size=file.size,
        )
        try:
            attachment.save()
        except DatabaseError:
            # The file is uploaded before the row is inserted: delete the orphan.
            attachment.file.delete(save=False)
            raise
        return Response(AttachmentSerializer(attachment).data, status=status.HTTP_201_CREATED)


class AttachmentContentView(APIView):
    """What is in the file."""

    @extend_schema(
        operation_id="attachments_content",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, identifier: UUID) -> FileResponse:
        attachment = get_object_or_404(_own(request), pk=identifier)
        # Always a download: uploaded HTML must not run on the API's origin.
        return FileResponse(
            attachment.file.open("rb"),
            as_attachment=True,
            filename=attachment.name,
            content_type="application/octet-stream",
        )


def _own(request: Request) -> QuerySet[Attachment]:
    return Attachment.objects.filter(@{ one }@__owner=user_of(request))
