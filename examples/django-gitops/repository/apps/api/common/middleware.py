"""What happens to every request before Django's own middleware sees it."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from common.logs import request_id

logger = logging.getLogger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class HealthMiddleware:
    """Answers `/livez` and `/readyz` before host names, redirects and sessions are looked at."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path:
            case "/livez":
                return JsonResponse({"status": "ok"})
            case "/readyz":
                return self.ready()
            case _:
                return self.get_response(request)

    def ready(self) -> JsonResponse:
        """Whether the database answers within half a second."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '500ms'")
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            logger.warning("not ready", extra={"reason": type(error).__name__})
            return JsonResponse({"status": "database unavailable"}, status=503)
        return JsonResponse({"status": "ok"})


class RequestLogMiddleware:
    """Gives each request an id, echoes it, and writes one line when the request is done."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        # A foreign id is kept only if it cannot disturb a log line or a header.
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
