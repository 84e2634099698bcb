"""Django settings; whatever differs between environments is an environment variable."""

import os
from pathlib import Path
from typing import Any

from botocore.config import Config

from config.env import Environment, settings_from_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

ENVIRONMENT = env.string("ENVIRONMENT")
# Set by the image.
RELEASE = env.string("RELEASE", default="unreleased")
DEBUG = env.boolean("DEBUG", default=False)
if DEBUG and ENVIRONMENT != "local":
    env.reject("DEBUG", "is for the environment `local` alone")
SECRET_KEY = env.string("SECRET_KEY")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
LOG_LEVEL = env.string("LOG_LEVEL", default="INFO").upper()

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "accounts",
    "orders",
    "attachments",
    "errors",
    "metrics",
]

MIDDLEWARE = [
    # First: probes come without a known host name and without TLS.
    "common.middleware.HealthMiddleware",
    "common.middleware.RequestLogMiddleware",
    "metrics.middleware.MetricsMiddleware",
    "common.middleware.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data: one connection pool per process, with a connection for each thread.
DATABASES = {"default": settings_from_url(env.url("DATABASE_URL"), pool_size=4)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.url("CACHE_URL"),
        "KEY_PREFIX": "shop-api",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
}

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Transport: TLS terminates at the gateway, which overwrites X-Forwarded-Proto.
CSRF_FAILURE_VIEW = "common.problems.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = 0 if DEBUG else env.duration("HSTS_SECONDS", default=3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
# No HSTS preload: it is hard to undo and covers every subdomain of the domain.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# Languages and time
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# Request body limit; a view that accepts more sets `max_body_bytes`.
MAX_BODY_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES: dict[str, dict[str, Any]] = {
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.limits.Pagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "common.limits.AnonymousThrottle",
        "common.limits.UserThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "600/min"},
    "EXCEPTION_HANDLER": "common.problems.exception_handler",
    "NUM_PROXIES": env.integer("PROXY_HOPS", default=1),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shop API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "PREPROCESSING_HOOKS": ["common.problems.sort_methods"],
    "ENUM_NAME_OVERRIDES": {
        "Status": "orders.models.Order.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.problems.add_problem_responses",
    ],
}

# Logs: one JSON object per line on standard output.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "common.logs.JsonFormatter", "release": RELEASE}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
        },
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # RequestLogMiddleware writes the access log.
        "django.server": {"handlers": [], "level": "ERROR", "propagate": False},
    },
}

# Example data: duration of the simulated work, and the demo user of `seed`.
WORK_SECONDS = env.number("WORK_SECONDS", default=0.0)
SEED_USERNAME = env.string("SEED_USERNAME", default="demo")
SEED_PASSWORD = env.string("SEED_PASSWORD", default="")

# Background tasks: at-least-once delivery, JSON only, no prefetching by a busy worker.
CELERY_BROKER_URL = env.url("CELERY_BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # How often a worker restores messages past their visibility timeout, in seconds.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Fail fast when the broker is unresponsive. The socket timeout has to exceed the worker's
    # blocking read of one second.
    "socket_connect_timeout": 3,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
# A request doesn't wait for a broker that is away: the sweep below requests the work again.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# A task whose process in the pool dies is acknowledged, or one that crashes it would loop.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10_000
# Seconds that a worker of the queue gets to stop; config.celery derives its other limits from it.
QUEUE_SECONDS = {
    "default": 30,
    "slow": 300,
}
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {queue: {} for queue in QUEUE_SECONDS}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"accounts.*": {"queue": "slow"}}
CELERY_BEAT_SCHEDULER = "config.celery:Scheduler"
# Ephemeral: the intervals are short enough to start over after a restart.
CELERY_BEAT_SCHEDULE_FILENAME = "/tmp/beat-schedule"
CELERY_BEAT_MAX_LOOP_INTERVAL = 10
SWEEP_SECONDS = 10
HOUR_SECONDS = 60 * 60
# A task may queue behind other work for longer than one interval; expiry limits how many pile up.
CELERY_BEAT_SCHEDULE = {
    "request-overdue": {
        "task": "orders.request_overdue",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 10 * SWEEP_SECONDS},
    },
    "clear-sessions": {
        "task": "accounts.clear_sessions",
        "schedule": HOUR_SECONDS,
        "options": {"expires": 2 * HOUR_SECONDS},
    },
}
# Attachments: any S3-compatible store.
S3_OPTIONS = {
    "bucket_name": env.string("S3_BUCKET"),
    "access_key": env.string("S3_ACCESS_KEY"),
    "secret_key": env.string("S3_SECRET_KEY"),
    "region_name": env.string("S3_REGION"),
    "client_config": Config(
        # The bucket in the path, so that any host name works.
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        # A thread waits 14 seconds for a store that hangs; the gateway gives up after 30.
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 2},
    ),
    # Keys are random: skip the lookup of a free name before each save.
    "file_overwrite": True,
    "default_acl": None,
}
for alias, endpoint in {
    "default": env.url("S3_ENDPOINT_URL"),
    # Only signs links, which browsers follow: they may know the store by another address.
    "downloads": env.url("S3_PUBLIC_ENDPOINT_URL"),
}.items():
    STORAGES[alias] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {**S3_OPTIONS, "endpoint_url": endpoint},
    }
S3_CREATE_BUCKET = env.boolean("S3_CREATE_BUCKET", default=False)
ATTACHMENT_MAX_BYTES = env.integer("ATTACHMENT_MAX_BYTES", default=10 * 1024 * 1024)
# Errors: reported only where there is an address.
SENTRY_DSN = env.string("SENTRY_DSN", default="")
SENTRY_TRACES_SAMPLE_RATE = env.number("SENTRY_TRACES_SAMPLE_RATE", default=0.0)

env.check()
