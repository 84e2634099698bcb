"""What is measured."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the request to the response.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
@% if "celery" in features %@
TASKS = Counter("tasks", "Background tasks run.", ["task", "state"])
TASK_SECONDS = Histogram(
    "task_duration_seconds",
    "Time that a background task took.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60),
)
@% endif %@
