"""Settings for tests and type checks: the real ones, over an environment that is complete.

Servers come from the environment; on a machine without it, the addresses are those of local ones.
"""

import os
from urllib.parse import urlsplit

os.environ |= {
    "ENVIRONMENT": "test",
    "RELEASE": "test",
    "DEBUG": "false",
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "testserver",
    "CSRF_TRUSTED_ORIGINS": "https://testserver",
    "LOG_LEVEL": "INFO",
    "SECURE_SSL_REDIRECT": "false",
    "HSTS_SECONDS": "3600",
    "PROXY_HOPS": "1",
    "WORK_SECONDS": "0",
    "SEED_USERNAME": "demo",
    "SEED_PASSWORD": "seed-password",
}
os.environ.setdefault("DATABASE_URL", "postgres://test:test@localhost:5432/test")
os.environ.setdefault("CACHE_URL", "redis://localhost:6379/0")
os.environ |= {"CELERY_VISIBILITY_TIMEOUT": "300", "STALE_AFTER_SECONDS": "900"}
os.environ.setdefault("CELERY_BROKER_URL", "redis://localhost:6379")
# Messages of tests must not meet the workers of a running stack: they get a database of their own.
os.environ["CELERY_BROKER_URL"] = (
    urlsplit(os.environ["CELERY_BROKER_URL"])._replace(path="/15").geturl()
)
os.environ["ATTACHMENT_MAX_BYTES"] = "1000"
os.environ["S3_CREATE_BUCKET"] = "true"
os.environ.setdefault("S3_ENDPOINT_URL", "http://localhost:9000")
os.environ.setdefault("S3_BUCKET", "test")
os.environ.setdefault("S3_ACCESS_KEY", "test")
os.environ.setdefault("S3_SECRET_KEY", "test-secret")
os.environ.setdefault("S3_REGION", "us-east-1")
os.environ |= {"SENTRY_DSN": "", "SENTRY_TRACES_SAMPLE_RATE": "0"}

from config.settings import *  # noqa: F403 (all of them, then the differences)

# Static files are found, not collected.
WHITENOISE_AUTOREFRESH = True
# Fast instead of strong: tests make many users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
