"""Applies what a repository deploys to a real API server, as a GitOps controller would."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from scripts.common.process import Outcome, run, tail
from scripts.common.report import Report
from scripts.validate.cluster import kustomizations, rendered
from scripts.validate.tools import Tools
from scripts.validate.tree import Tree

AVAILABLE = 120  # seconds until simulated pods must be ready
ZONES = ("a", "b", "c")
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
APPLIED = ("deploy/kubernetes/overlays", "deploy/argocd/bootstrap", "deploy/argocd/clusters")
CHECKS = ("apply", "unknown field refused")  # of each of what is applied
CONTROLLERS = {"argocd", "default", "kube-system"}


def kubectl(*arguments: str, stdin: str | None = None, timeout: float = 120) -> Outcome:
    """kubectl against the cluster of $KUBECONFIG."""
    return run(["kubectl", *arguments], stdin=stdin, timeout=timeout)


def unable() -> str:
    """Why nothing can be proved here, or nothing."""
    if not os.environ.get("KUBECONFIG"):
        return "KUBECONFIG names no API server"
    if not shutil.which("kubectl"):
        return "kubectl not found"
    answer = kubectl("get", "--raw", "/readyz", timeout=20)
    return "" if answer.good else f"the API server does not answer: {answer.output}"


def nodes() -> None:
    """Simulated nodes in three zones, so that spread constraints can be met."""
    for zone in ZONES:
        size = {"cpu": "64", "memory": "256Gi", "pods": "500"}
        labels = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "topology.kubernetes.io/zone": zone}
        labels["kubernetes.io/hostname"] = f"prove-{zone}"
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": f"prove-{zone}", "labels": labels},
            "status": {"capacity": size, "allocatable": size},
        }
        kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(node))


def objects(manifest: Path) -> list[dict]:
    """The objects of a manifest, as kubectl reads them."""
    listed = kubectl("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", str(manifest))
    decoder, text, found = json.JSONDecoder(), listed.stdout.strip(), []
    while text:
        item, end = decoder.raw_decode(text)
        found.extend(item["items"] if item["kind"] == "List" else [item])
        text = text[end:].strip()
    return found


def namespaces(items: list[dict]) -> tuple[set[str], set[str]]:
    """The namespaces that objects are in, and those among them that the manifest creates itself."""
    used = {item["metadata"].get("namespace") for item in items} - {None}
    made = {item["metadata"]["name"] for item in items if item["kind"] == "Namespace"}
    return used | made, made


def apply(manifest: Path, *extra: str) -> Outcome:
    """Applies on the server, unknown fields refused."""
    flags = ["--server-side", "--validate=strict", "--force-conflicts", "--field-manager=prove"]
    return kubectl("apply", *flags, *extra, "-f", str(manifest), timeout=180)


def injected(items: list[dict]) -> Iterator[dict]:
    """The workloads, each with a field that Kubernetes does not know."""
    for item in items:
        if item["kind"] in {"Deployment", "StatefulSet"}:
            item["spec"]["template"]["spec"]["containers"][0]["injectedField"] = True
            yield item
        elif item["kind"] in {"Application", "ApplicationSet", "AppProject"}:
            item["spec"]["injectedField"] = True
            yield item


def prove_manifest(label: str, manifest: Path, report: Report) -> None:
    """One overlay or bootstrap: accepted without a warning, available, and refused once a field is unknown."""
    items = objects(manifest)
    if not items:
        report.fail(f"apply {label}", "no object in it")
        return
    used, made = namespaces(items)
    for name in sorted(used - made):
        labels = {} if name in CONTROLLERS else RESTRICTED
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(space))
    try:
        applied = apply(manifest)
        if not applied.good or "warning" in applied.output.lower():
            report.fail(f"apply {label}", tail(applied.output))
            return
        report.ok(f"apply {label}", f"{len(items)} objects")
        available(label, items, report)
        refused(label, manifest, items, report)
    finally:
        remove(manifest, items, used - CONTROLLERS)


def available(label: str, items: list[dict], report: Report) -> None:
    """Deployments become available on the simulated nodes."""
    wanted = [i for i in items if i["kind"] == "Deployment" and i["spec"].get("replicas", 1) > 0]
    if not wanted:
        return
    problems = []
    for item in wanted:
        name, space = item["metadata"]["name"], item["metadata"]["namespace"]
        waited = kubectl(
            "-n", space, "wait", "--for=condition=Available", f"deployment/{name}", f"--timeout={AVAILABLE}s",
            timeout=AVAILABLE + 30,
        )  # fmt: skip
        if not waited.good:
            state = kubectl("-n", space, "describe", f"deployment/{name}").output
            pods = kubectl("-n", space, "get", "pods,events").output
            problems.append(f"{name}: {waited.output}\n{tail(state, 15)}\n{tail(pods, 15)}")
    report.problems(f"available {label}", problems, f"{len(wanted)} deployments")


def refused(label: str, manifest: Path, items: list[dict], report: Report) -> None:
    """The same, with an unknown field each, is refused: so acceptance means something."""
    bad = list(injected(items))
    file = manifest.with_suffix(".injected.json")
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bad}), encoding="utf-8")
    answer = apply(file, "--dry-run=server")
    kinds = sorted({item["kind"] for item in bad})
    accepted = [kind for kind in kinds if f"({kind}.spec" not in answer.output]
    if not bad or answer.good or accepted or "injectedField" not in answer.output:
        report.fail(f"unknown field refused {label}", f"accepted: {accepted}\n{tail(answer.output)}")
    else:
        report.ok(f"unknown field refused {label}", ", ".join(kinds))


def remove(manifest: Path, items: list[dict], spaces: set[str]) -> None:
    """Deletes what was applied. No controller runs here that would finish finalizers, so they are taken off."""
    for item in items:
        if item["metadata"].get("finalizers"):
            kind = f"{item['kind']}.{item['apiVersion'].partition('/')[0]}"
            place = ["-n", item["metadata"]["namespace"]] if "namespace" in item["metadata"] else []
            finished = '{"metadata":{"finalizers":null}}'
            kubectl(*place, "patch", kind, item["metadata"]["name"], "--type=merge", "-p", finished)
    kubectl("delete", "--ignore-not-found", "--timeout=120s", "-f", str(manifest), timeout=150)
    if spaces:
        kubectl("delete", "namespace", *sorted(spaces), "--ignore-not-found", "--timeout=90s", timeout=120)


def short(manifest: str) -> str:
    """How the report names a kustomization's manifest."""
    return manifest.removeprefix("deploy-").replace("kubernetes-overlays-", "")


def applied(repository: Path) -> list[str]:
    """What a repository has to apply, as the report names it."""
    tree = Tree("", repository, repository)
    return [short(str(where).replace(os.sep, "-")) for below in APPLIED for where in kustomizations(tree, below)]


def prove(label: str, repository: Path, scratch: Path, tools: Tools, report: Report) -> None:
    """Every overlay of one repository, and everything that Argo CD is given."""
    tree = Tree(label, repository, scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    found = 0
    for below in APPLIED:
        manifests, problems = rendered(tree, tools, below)
        for problem in problems:
            report.fail(f"render {label} {below}", problem)
        for manifest in manifests:
            found += 1
            prove_manifest(f"{label} {short(manifest.stem)}", manifest, report)
    if found == 0:
        report.fail(f"render {label}", "nothing to apply")
