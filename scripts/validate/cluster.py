"""Validators of Kubernetes manifests: kustomize, then the schemas of the API server and of custom resources."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.common.process import run

from .tools import Missing, Tools
from .tree import Tree

KUBERNETES = "1.37"
SCHEMAS = Path(__file__).resolve().parent / "schemas.py"


def kustomizations(tree: Tree, below: str) -> list[Path]:
    """The directories of the kustomizations below a directory that stand alone."""
    files = tree.below(below, "kustomization.yaml")
    return [file.parent for file in files if "kind: Component" not in tree.text(file)]


def rendered(tree: Tree, tools: Tools, below: str = "deploy") -> tuple[list[Path], list[str]]:
    """Every kustomization below a directory, built. Returns the files, and what kustomize refused."""
    manifests: list[Path] = []
    problems: list[str] = []
    for directory in kustomizations(tree, below):
        built = run([tools.go("kustomize"), "build", directory], cwd=tree.root, timeout=120)
        if not built.good:
            problems.append(f"{directory}: {built.output}")
        elif built.stderr.strip():
            problems.append(f"{directory}: {built.stderr.strip()}")
        elif not built.stdout.strip():
            problems.append(f"{directory}: kustomize rendered nothing")
        else:
            target = tree.scratch / (str(directory).replace(os.sep, "-") + ".yaml")
            target.write_text(built.stdout, encoding="utf-8")
            manifests.append(target)
    return manifests, problems


def kustomize(tree: Tree, tools: Tools) -> list[str]:
    """Every kustomization builds, without a warning, into something."""
    manifests, problems = rendered(tree, tools)
    if not problems:
        tree.need(manifests, "kustomization.yaml below deploy/")
    return problems


def kubernetes_validate(tree: Tree, tools: Tools) -> list[str]:
    """Built-in kinds against kubernetes-validate's schemas, strict; a kind without a schema is a problem."""
    return _schemas(tree, tools, ["core", KUBERNETES])


def custom_resources(tree: Tree, tools: Tools) -> list[str]:
    """Custom resources against the JSON schemas at $CRD_SCHEMAS, unknown fields refused."""
    schemas = os.environ.get("CRD_SCHEMAS")
    if not schemas:
        raise Missing("CRD_SCHEMAS names no directory of custom resource schemas")
    return _schemas(tree, tools, ["custom", str(Path(schemas).resolve())])


def _schemas(tree: Tree, tools: Tools, mode: list[str]) -> list[str]:
    manifests, problems = rendered(tree, tools)
    # Objects that no kustomization may have taken up; charts' values are none.
    objects = [f for f in tree.below("deploy/argocd", "*.yaml") if "\nkind: " in tree.text(f)]
    plain = [tree.root / f for f in objects if f.name != "kustomization.yaml"]
    files = tree.need(manifests + plain, "manifest below deploy/")
    done = run([tools.python("python"), "-I", SCHEMAS, *mode, *files], timeout=300)
    problems.extend(done.stdout.splitlines())
    if done.stderr.strip() or done.good != (not done.stdout):
        problems.append(f"exit code {done.code}: {done.stderr}")
    return problems
