"""Environment parsing, and the settings against the variable contract."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment, Variable, settings_from_url
from config.settings import env

# The test image has it elsewhere: `make test` sets ENV_SCHEMA.
CONTRACT = Path(os.environ.get("ENV_SCHEMA", "../../config/env.schema.yaml"))


def test_settings_read_exactly_the_declared_variables() -> None:
    document: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    contract = document["variables"]["@{ unit.name }@"]
    declared = {
        name: Variable(variable["type"], variable["required"])
        for name, variable in contract.items()
    }
    assert env.variables == declared


def test_check_invalid_variables_reports_all_without_values() -> None:
    broken = Environment({"COUNT": "many", "FLAG": "perhaps", "LINK": "no-link", "WAIT": "-1"})
    broken.integer("COUNT")
    broken.boolean("FLAG")
    broken.url("LINK")
    broken.duration("WAIT")
    broken.string("MISSING")
    with pytest.raises(ImproperlyConfigured) as caught:
        broken.check()
    assert str(caught.value) == (
        "environment: COUNT is not a valid integer; FLAG is not a valid boolean; "
        "LINK is not a valid url; WAIT is not a valid duration; MISSING is not set"
    )


def test_environment_valid_values_are_parsed_by_type() -> None:
    source = {
        "COUNT": " 3 ",
        "FLAG": "yes",
        "LINK": "https://example.org/x",
        "ITEMS": "a, b,,c",
        "RATE": "0.5",
        "EMPTY": "",
    }
    good = Environment(source)
    assert good.integer("COUNT") == 3
    assert good.boolean("FLAG") is True
    assert good.url("LINK") == "https://example.org/x"
    assert good.items("ITEMS") == ["a", "b", "c"]
    assert good.number("RATE") == 0.5
    assert good.string("EMPTY", default="x") == "x"
    good.check()


def test_database_url_escapes_and_query_are_decoded() -> None:
    url = "postgres://me:p%40ss%2Fword@db.internal:6432/my%20data?sslmode=verify-full"
    settings = settings_from_url(url, pool_size=3)
    assert settings["PASSWORD"] == "p@ss/word"
    assert (settings["HOST"], settings["PORT"]) == ("db.internal", 6432)
    assert settings["NAME"] == "my data"
    assert settings["OPTIONS"]["sslmode"] == "verify-full"
