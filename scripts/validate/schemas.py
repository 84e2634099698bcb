"""Checks manifests against JSON schemas. Run by the validators' own Python, which has the libraries.

usage: schemas.py core VERSION FILE…      built-in kinds, with kubernetes-validate's strict schemas
       schemas.py custom DIRECTORY FILE…  custom resources, with DIRECTORY/GROUP/KIND_VERSION.json
Prints one problem per line; exit code 1 when there is one.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

# The one group of the project's own domain that is a custom resource definition.
CUSTOM_K8S_GROUPS = {"gateway.networking.k8s.io"}
# Where Argo CD 3.4 found no difference, although the API server fills lists there as well.
COMPARED_OTHERWISE = {"ExternalSecret"}


def documents(file: Path) -> Iterator[dict[str, Any]]:
    """The Kubernetes objects of a file, lists taken apart."""
    for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        if document is None:
            continue
        if document.get("kind") == "List":
            yield from document["items"]
        else:
            yield document


def is_custom(api_version: str) -> bool:
    """Whether the kind comes from a custom resource definition."""
    group = api_version.rpartition("/")[0]
    return group in CUSTOM_K8S_GROUPS or ("." in group and not group.endswith(".k8s.io"))


def core(document: dict[str, Any], version: str) -> list[str]:
    """Problems of a built-in kind."""
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    except kubernetes_validate.SchemaNotFoundError as error:
        return [error.message]
    return []


def custom(document: dict[str, Any], directory: Path) -> list[str]:
    """Problems of a custom resource."""
    group, _, version = document["apiVersion"].rpartition("/")
    schema = directory / group / f"{document['kind'].lower()}_{version}.json"
    if not schema.is_file():
        return [f"no schema for {document['apiVersion']} {document['kind']}"]
    form = json.loads(schema.read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(form).iter_errors(document)
    problems = [f"{error.json_path}: {error.message}" for error in errors]
    if document["kind"] not in COMPARED_OTHERWISE:
        problems.extend(absent_defaults(form, document, "$", in_list=False))
    return problems


def absent_defaults(form: dict[str, Any], value: object, path: str, *, in_list: bool) -> Iterator[str]:
    """Defaults inside lists that are not written out.

    The API server fills them in, and a GitOps controller compares lists as a whole: the object would differ for ever.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from absent_defaults(form.get("items", {}), item, f"{path}[{index}]", in_list=True)
    if not isinstance(value, dict):
        return
    for name, inner in form.get("properties", {}).items():
        if name in value:
            yield from absent_defaults(inner, value[name], f"{path}.{name}", in_list=in_list)
        elif in_list and "default" in inner:
            yield f"{path}.{name}: the default {json.dumps(inner['default'])} is not written out"


def main(mode: str, source: str, *files: str) -> int:
    """Checks the documents that the mode is for."""
    found = False
    for name in files:
        for document in documents(Path(name)):
            if is_custom(document["apiVersion"]) != (mode == "custom"):
                continue
            problems = custom(document, Path(source)) if mode == "custom" else core(document, source)
            for problem in problems:
                found = True
                print(f"{Path(name).name}: {document['kind']}/{document['metadata']['name']}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
