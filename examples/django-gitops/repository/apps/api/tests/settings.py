"""Settings for tests and type checks: the real ones, with a complete environment.

Server addresses come from the environment and default to localhost.
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
os.environ.setdefault("CELERY_BROKER_URL", "redis://localhost:6379")
# A separate Redis database, so that workers of a running stack do not take messages of tests.
os.environ["CELERY_BROKER_URL"] = (
    urlsplit(os.environ["CELERY_BROKER_URL"])._replace(path="/15").geturl()
)
os.environ["ATTACHMENT_MAX_BYTES"] = "1000"
os.environ["S3_CREATE_BUCKET"] = "true"
os.environ.setdefault("S3_ENDPOINT_URL", "http://localhost:9000")
os.environ["S3_PUBLIC_ENDPOINT_URL"] = "https://files.example.org"
os.environ.setdefault("S3_BUCKET", "test")
os.environ.setdefault("S3_ACCESS_KEY", "test")
os.environ.setdefault("S3_SECRET_KEY", "test-secret")
os.environ.setdefault("S3_REGION", "us-east-1")
os.environ |= {"SENTRY_DSN": "", "SENTRY_TRACES_SAMPLE_RATE": "0"}

from config.settings import *  # noqa: F403 (overridden below)

# Serve static files from the apps: tests do not run collectstatic.
WHITENOISE_AUTOREFRESH = True
# A fast hasher: tests create many users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
