"""Settings; every value that differs between environments comes from the process environment."""

import os
from pathlib import Path
from typing import Any

from config.env import Environment, settings_from_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

ENVIRONMENT = env.string("ENVIRONMENT")
# Which build this is; the image says it.
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
    # Health questions come from inside the platform: without a known host name and without TLS.
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

# Data: one pool per process, as large as the number of threads that share it.
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

# People
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

# Transport: TLS ends at the gateway, which says so in a header that it overwrites.
CSRF_FAILURE_VIEW = "common.problems.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = 0 if DEBUG else env.duration("HSTS_SECONDS", default=3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
# No preloading: it can hardly be taken back, and covers what else the domain's owner has.
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

# What a request may send; a view that takes more says so with `max_body_bytes`.
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
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
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
        # RequestLogMiddleware writes the one line per request.
        "django.server": {"handlers": [], "level": "ERROR", "propagate": False},
    },
}

# The slice: how long the example work takes, and who may log in after `seed`.
WORK_SECONDS = env.number("WORK_SECONDS", default=0.0)
SEED_USERNAME = env.string("SEED_USERNAME", default="demo")
SEED_PASSWORD = env.string("SEED_PASSWORD", default="")

# Background work: at least once, in JSON, with nothing hoarded by a worker that is busy.
CELERY_BROKER_URL = env.url("CELERY_BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.duration("CELERY_VISIBILITY_TIMEOUT", default=300),
    # How often a worker looks for messages whose time is over, in seconds.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Nothing waits for ever for a broker that doesn't answer. A worker asks for messages for a
    # second at a time, so an answer may take longer than that.
    "socket_connect_timeout": 3,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
# Without a broker a request is not held up: the sweep below catches up on it.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# A task whose process dies is not put back at once. The sweep below finds what was left unfinished;
# where the whole worker died, the broker delivers again. Both stop after a number of attempts.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
# A worker that is told to stop has 60 seconds for what it is doing.
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 55
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10_000
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {
    "default": {},
    "slow": {},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BEAT_SCHEDULER = "config.celery:Scheduler"
# Losing it is harmless: nothing is so rare that a beat which starts often would never come to it.
CELERY_BEAT_SCHEDULE_FILENAME = "/tmp/beat-schedule"
CELERY_BEAT_MAX_LOOP_INTERVAL = 30
SWEEP_SECONDS = 30
HOUR_SECONDS = 60 * 60
# Nobody waits for these: they have a queue of their own, and are not held up by what users want.
CELERY_BEAT_SCHEDULE = {
    "requeue-stale": {
        "task": "orders.requeue_stale",
        "schedule": SWEEP_SECONDS,
        # It may have to wait behind other work, longer than until the next one; more than a few of
        # them waiting would be of no use.
        "options": {"queue": "slow", "expires": 10 * SWEEP_SECONDS},
    },
    "clear-sessions": {
        "task": "accounts.clear_sessions",
        "schedule": HOUR_SECONDS,
        "options": {"queue": "slow", "expires": 2 * HOUR_SECONDS},
    },
}
STALE_AFTER_SECONDS = env.duration("STALE_AFTER_SECONDS", default=900)
if CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] >= STALE_AFTER_SECONDS:
    env.reject("STALE_AFTER_SECONDS", "is not longer than CELERY_VISIBILITY_TIMEOUT")
# Attachments: in an object store that speaks S3, addressed by path so that any host name will do.
STORAGES["default"] = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "endpoint_url": env.url("S3_ENDPOINT_URL"),
        "bucket_name": env.string("S3_BUCKET"),
        "access_key": env.string("S3_ACCESS_KEY"),
        "secret_key": env.string("S3_SECRET_KEY"),
        "region_name": env.string("S3_REGION"),
        "addressing_style": "path",
        "signature_version": "s3v4",
        # Keys are random: nothing is overwritten, and nobody asks for a free name before each save.
        "file_overwrite": True,
        "default_acl": None,
        "querystring_auth": True,
    },
}
S3_CREATE_BUCKET = env.boolean("S3_CREATE_BUCKET", default=False)
ATTACHMENT_MAX_BYTES = env.integer("ATTACHMENT_MAX_BYTES", default=10 * 1024 * 1024)
# Errors: reported only where there is an address.
SENTRY_DSN = env.string("SENTRY_DSN", default="")
SENTRY_TRACES_SAMPLE_RATE = env.number("SENTRY_TRACES_SAMPLE_RATE", default=0.0)

env.check()
