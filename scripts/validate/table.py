"""The validators, as data: what runs, where its known-bad files are, and what it must say about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import cluster, containers, golang, monitoring, sources, suppressions, typechecks, workflows
from .tools import Tools
from .tree import Tree


@dataclass(frozen=True)
class Validator:
    """One validator. Each tree tests/validators/bad/NAME/CASE is one that it must refuse, saying `refuses[CASE]`."""

    name: str
    check: Callable[[Tree, Tools], list[str]]
    refuses: Mapping[str, str]
    own: bool = False  # also runs over stackwright's own sources
    optional: bool = False  # a repository may have no such file
    apart: tuple[str, ...] = ()  # directories with nothing that it reads


# What is deployed or read by people: no compiler opens it.
NO_CODE = ("deploy", "docs", ".github", ".forgejo", ".stackwright")
TABLE = (
    Validator("hadolint", containers.hadolint, {"floating-tag": "DL3007"}),
    Validator("compose-schema", containers.compose_schema, {"unknown-key": "'portz' was unexpected"}),
    Validator("compose-config", containers.compose_config, {"undefined-volume": "undefined volume"}),
    Validator("kustomize", cluster.kustomize, {"missing-resource": "no such file"}),
    Validator(
        "kubernetes-validate",
        cluster.kubernetes_validate,
        {"unknown-field": "replicaz", "unknown-kind": "Couldn't find schema"},
    ),
    Validator(
        "custom-resources",
        cluster.custom_resources,
        {
            "unknown-field": "automatedd",
            "unknown-kind": "no schema",
            "default-in-list": "parentRefs[0].group: the default",
        },
    ),
    Validator(
        "expressions",
        monitoring.expressions,
        {
            "rule": 'unexpected token ""',
            "dashboard": 'unsupported function "ratio"',
            "config-map": 'want "string"',
            "scaler": "[2x]",
        },
        optional=True,
    ),
    Validator("zizmor", workflows.zizmor, {"template-injection": "template-injection"}, own=True),
    Validator("actionlint", workflows.actionlint, {"unknown-job": "does-not-exist"}, own=True),
    Validator("workflow-parser", workflows.workflow_parser, {"unknown-key": "Unexpected value"}, own=True),
    Validator("workflow-schema", workflows.workflow_schema, {"unknown-key": "runs-onn"}, own=True),
    Validator("renovate-schema", workflows.renovate, {"wrong-type": "not of type"}),
    Validator("shellcheck", sources.shellcheck, {"unquoted": "SC2086"}, own=True),
    Validator("yamllint", sources.yamllint, {"duplicate-key": "key-duplicates", "truthy": "truthy"}, own=True),
    Validator("ruff-format", sources.ruff_format, {"layout": "would be reformatted"}, own=True, optional=True),
    Validator("ruff-check", sources.ruff_check, {"undefined-name": "F821"}, own=True, optional=True),
    Validator("types-python", typechecks.python, {"type-error": "Incompatible types in assignment"}, apart=NO_CODE),
    Validator("types-typescript", typechecks.typescript, {"type-error": "TS2322"}, optional=True, apart=NO_CODE),
    Validator(
        "go",
        golang.go,
        {"untidy": "github.com/google/uuid", "type-error": "as int value"},
        optional=True,
        apart=NO_CODE,
    ),
    Validator("gofmt", golang.gofmt, {"layout": "not formatted"}, optional=True),
    Validator("buf-lint", golang.buf_lint, {"package": "must be within a directory"}, optional=True),
    Validator("buf-breaking", golang.buf_breaking, {"field-gone": "was deleted"}, optional=True),
    Validator("data-files", sources.data_files, {"duplicate-key": "duplicate key", "toml": "Invalid"}, own=True),
    Validator("gitleaks", sources.gitleaks, {"private-key": "private-key"}, own=True),
    Validator(
        "suppressions",
        suppressions.suppressions,
        {"no-reason": "gives no reason", "too-many": "6 suppressions", "whole-file": "every file"},
        own=True,
    ),
)
