"""The API for attachments."""

from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.views import user_of
from attachments.models import Attachment
from attachments.serializers import AttachmentSerializer, UploadSerializer
from orders.models import Order


class AttachmentListView(APIView):
    """The files of the order."""

    parser_classes = [MultiPartParser]
    # The file and the multipart overhead.
    max_body_bytes = settings.ATTACHMENT_MAX_BYTES + 16 * 1024

    @extend_schema(operation_id="attachments_list", responses=AttachmentSerializer(many=True))
    def get(self, request: Request, parent: UUID) -> Response:
        attachments = _own(request).filter(order=parent)
        return Response(AttachmentSerializer(attachments, many=True).data)

    @extend_schema(
        operation_id="attachments_create",
        request=UploadSerializer,
        description="Attach a file.",
        responses={201: AttachmentSerializer},
    )
    def post(self, request: Request, parent: UUID) -> Response:
        mine = Order.objects.filter(owner=user_of(request))
        order = get_object_or_404(mine, pk=parent)
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        attachment = Attachment(
            order=order,
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
    """Redirects to the content, which is always downloaded."""

    @extend_schema(operation_id="attachments_content", responses={302: None})
    def get(self, request: Request, identifier: UUID) -> HttpResponseRedirect:
        attachment = get_object_or_404(_own(request), pk=identifier)
        response = HttpResponseRedirect(attachment.download_link())
        response["Cache-Control"] = "no-store"
        return response


def _own(request: Request) -> QuerySet[Attachment]:
    return Attachment.objects.filter(order__owner=user_of(request))
