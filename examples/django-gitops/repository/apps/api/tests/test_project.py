"""Project-wide checks: migrations, OpenAPI, settings."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command


@pytest.mark.django_db
def test_makemigrations_finds_no_missing_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_openapi_yaml_matches_generated_schema() -> None:
    """Regenerate with `make schema`."""
    output = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=output)
    committed = (settings.BASE_DIR / "openapi.yaml").read_text()
    assert yaml.safe_load(output.getvalue()) == yaml.safe_load(committed)


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_deploy_check_production_settings_passes() -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", SECURE_SSL_REDIRECT="true")
    assert result.returncode == 0, result.stderr


def test_start_missing_variables_fails_naming_them() -> None:
    result = manage("check", SECRET_KEY="", DATABASE_URL="")
    assert result.returncode != 0
    assert "SECRET_KEY is not set; DATABASE_URL is not set" in result.stderr


@pytest.mark.parametrize(("environment", "starts"), [("local", True), ("production", False)])
def test_start_debug_outside_local_environment_fails(environment: str, starts: bool) -> None:
    result = manage("check", ENVIRONMENT=environment, DEBUG="true")
    assert (result.returncode == 0) is starts, result.stderr
    assert ("DEBUG is for the environment `local` alone" in result.stderr) is not starts
