"""Django settings; whatever differs between environments is an environment variable."""

import os
from pathlib import Path
from typing import Any

@% if slots.settings_imports %@
@{ slots.settings_imports }@

@% endif %@
from config.env import Environment, settings_from_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

ENVIRONMENT = env.string("ENVIRONMENT")
# Set by the image.
RELEASE = env.string("RELEASE", default="unreleased")
DEBUG = env.boolean("DEBUG", default=False)
if DEBUG and ENVIRONMENT != "@{ local.name }@":
    env.reject("DEBUG", "is for the environment `@{ local.name }@` alone")
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
    "@{ params.noun | plural | snake }@",
@% if slots.installed_apps %@
@{ slots.installed_apps | indent(4, true) }@
@% endif %@
]

MIDDLEWARE = [
    # First: probes come without a known host name and without TLS.
    "common.middleware.HealthMiddleware",
    "common.middleware.RequestLogMiddleware",
@% if slots.middleware %@
@{ slots.middleware | indent(4, true) }@
@% endif %@
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
DATABASES = {"default": settings_from_url(env.url("DATABASE_URL"), pool_size=@{ params.threads }@)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.url("CACHE_URL"),
        "KEY_PREFIX": "@{ project.name }@-@{ unit.name }@",
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
    "TITLE": "@{ project.title }@ API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "PREPROCESSING_HOOKS": ["common.problems.sort_methods"],
    "ENUM_NAME_OVERRIDES": {
        "Status": "@{ params.noun | plural | snake }@.models.@{ params.noun | pascal }@.Status",
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
@% if slots.settings %@

@{ slots.settings }@
@% endif %@

env.check()
