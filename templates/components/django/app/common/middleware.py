"""Health checks, request logging and body limits."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from common.logs import request_id
from common.problems import page

logger = logging.getLogger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class HealthMiddleware:
    """Answers `/livez` and `/readyz` before host validation, redirects and sessions.

    `/api/v1/version` is public: a promotion checks it for the release.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path:
            case "/livez":
                return JsonResponse({"status": "ok"})
            case "/readyz":
                return self.ready()
            case "/api/v1/version":
                response = JsonResponse({"status": "ok", "release": settings.RELEASE})
                response["Cache-Control"] = "no-store"
                return response
            case _:
                return self.get_response(request)

    def ready(self) -> JsonResponse:
        """Ready when the database answers within 500 ms."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '500ms'")
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            logger.warning("not ready", extra={"reason": type(error).__name__})
            return JsonResponse({"status": "database unavailable"}, status=503)
        return JsonResponse({"status": "ok"})


class RequestLogMiddleware:
    """Assigns a request id, returns it, and writes one access log line per request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        # A client-supplied id is kept only if it is safe in log lines and headers.
        identifier = given if ACCEPTABLE_ID.fullmatch(given) else str(uuid.uuid4())
        token = request_id.set(identifier)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = identifier
            logger.info(
                "%s %s",
                request.method,
                request.path,
                extra={
                    "status": response.status_code,
                    "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )
            return response
        finally:
            request_id.reset(token)


class BodyLimitMiddleware:
    """Rejects a body by its Content-Length, before anything reads it.

    This runs before authentication, because the CSRF check already parses forms. Gunicorn never
    reads more than Content-Length.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        arguments: object,
        keywords: object,
    ) -> HttpResponse | None:
        if "Transfer-Encoding" in request.headers:
            return page(HTTPStatus.LENGTH_REQUIRED, "Say how long the body is.")
        view_class = getattr(view, "cls", None)
        limit = getattr(view_class, "max_body_bytes", settings.MAX_BODY_BYTES)
        if int(request.headers.get("Content-Length") or 0) > limit:
            return page(HTTPStatus.CONTENT_TOO_LARGE, f"At most {limit} bytes are taken here.")
        return None
