"""Settings for tests and type checks: the real ones, with a complete environment.

Server addresses come from the environment and default to localhost.
"""

import os
@% if slots.test_imports %@
@{ slots.test_imports }@
@% endif %@

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
@% if slots.test_environment %@
@{ slots.test_environment }@
@% endif %@

from config.settings import *  # noqa: F403 (overridden below)

# Serve static files from the apps: tests do not run collectstatic.
WHITENOISE_AUTOREFRESH = True
# A fast hasher: tests create many users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
