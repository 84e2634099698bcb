"""Errors as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

CONTENT_TYPE = "application/problem+json"
SCHEMA = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {}},
    },
    "required": ["type", "title", "status", "detail"],
}


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """The body of an error response."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; `None` leaves the error to Django's handlers below."""
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        errors = response.data if isinstance(response.data, dict) else {"": response.data}
        body = problem(response.status_code, "The request is not valid.", errors=errors)
    else:
        body = problem(response.status_code, str(response.data["detail"]))
    response.data = body
    response.content_type = CONTENT_TYPE
    return response


def page(status: HTTPStatus, detail: str) -> JsonResponse:
    """An error response outside of DRF views."""
    return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return page(HTTPStatus.BAD_REQUEST, "The request cannot be understood.")


def permission_denied(request: HttpRequest, exception: Exception) -> JsonResponse:
    return page(HTTPStatus.FORBIDDEN, "This is not permitted.")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return page(HTTPStatus.NOT_FOUND, "There is nothing at this address.")


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    return page(HTTPStatus.FORBIDDEN, f"CSRF check failed: {reason}")


def server_error(request: HttpRequest) -> JsonResponse:
    return page(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")


def add_problem_responses(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: add the error response to every operation."""
    result["components"]["schemas"]["Problem"] = SCHEMA
    reference = {"$ref": "#/components/schemas/Problem"}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {
                "description": "An error",
                "content": {CONTENT_TYPE: {"schema": reference}},
            }
    return result


def sort_methods(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Preprocessing hook: keep the order of the URL configuration, and sort each path's methods."""
    paths = list(dict.fromkeys(endpoint[0] for endpoint in endpoints))
    return sorted(endpoints, key=lambda endpoint: (paths.index(endpoint[0]), endpoint[2]))
