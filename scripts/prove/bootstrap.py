"""Runs a repository's own scripts/bootstrap against a real API server, with a stand-in for what Helm would render."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.common.process import Outcome, run, tail
from scripts.common.report import Report

from .kube import kubectl

TOO_OLD = "29"
OWN = ("applications.argoproj.io", "appprojects.argoproj.io", "configmaps", "deployments", "statefulsets")
# All that the script calls beside helm, so that a PATH without helm can be made.
CALLED = ("bash", "dirname", "head", "kubectl", "mktemp", "rm", "sed", "wc")
POD = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 999, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "server",
            "image": "example.com/argocd:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}


@dataclass(frozen=True)
class Bootstrap:
    """The script of one repository, called with programs of ours before the machine's."""

    repository: Path
    programs: Path

    def __call__(self, *arguments: str, path: str = "") -> Outcome:
        search = path or f"{self.programs}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": search}
        return run(["scripts/bootstrap", *arguments], cwd=self.repository, env=environment, timeout=420)


def workload(kind: str, name: str) -> dict[str, Any]:
    """A workload of the names that the script waits for, as the chart has it."""
    labels = {"app.kubernetes.io/name": name}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": POD},
    }
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": "argocd"}, "spec": spec}


def program(path: Path, text: str) -> None:
    """An executable script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def stand_in(programs: Path) -> None:
    """A helm that renders only what the script waits for: no chart can be had without its registry."""
    names = ("argocd-server", "argocd-repo-server")
    items = [workload("Deployment", name) for name in names]
    items.append(workload("StatefulSet", "argocd-application-controller"))
    chart = programs / "chart.json"
    program(programs / "helm", f'[ "$1 $2 $3" = "template argocd argo-cd" ] && cat "{chart}"')
    chart.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")


def state() -> dict[str, str]:
    """What is in the namespace of Argo CD, each with what changes when it is changed."""
    listed = kubectl("-n", "argocd", "get", ",".join(OWN), "--output", "json")
    found = {}
    for item in json.loads(listed.stdout)["items"] if listed.good else ():
        meta = item["metadata"]
        found[f"{item['kind']}/{meta['name']}"] = str(meta.get("generation") or meta["resourceVersion"])
    return found


def remove(store: str) -> None:
    """The cluster as it was. No controller runs that would finish finalizers."""
    for name in kubectl("-n", "argocd", "get", OWN[0], "--output", "name").stdout.split():
        kubectl("-n", "argocd", "patch", name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    if store:
        kubectl("delete", "clustersecretstore", store, "--ignore-not-found")
    kubectl("delete", "namespace", "argocd", "--ignore-not-found", "--timeout=90s", timeout=120)


def refusals(script: Bootstrap, cluster: str, scratch: Path, report: Report, label: str) -> None:
    """Whoever lacks a program or has an old cluster is refused, and nothing is changed."""
    lacking = scratch / "lacking"
    lacking.mkdir()
    for name in CALLED:
        (lacking / name).symlink_to(shutil.which(name) or name)
    without = script(cluster, "--yes", path=str(lacking))
    old = scratch / "old"
    answer = json.dumps({"major": "1", "minor": TOO_OLD})
    real = shutil.which("kubectl")
    program(old / "kubectl", f"[ \"$*\" != 'get --raw /version' ] || exec echo '{answer}'\nexec {real} \"$@\"")
    aged = script(cluster, "--yes", path=f"{old}:{script.programs}:{os.environ['PATH']}")
    nobody = script("no-such-cluster", "--yes")
    problems = [
        f"not refused for {wanted!r}: {tail(outcome.output)}"
        for outcome, wanted in ((without, "helm is needed"), (aged, f"is 1.{TOO_OLD};"), (nobody, "say which cluster"))
        if outcome.good or wanted not in outcome.output
    ]
    if kubectl("get", "namespace", "argocd").good:
        problems.append("a refusal changed the cluster")
    report.problems(f"bootstrap refuses {label}", problems, "no helm, old cluster, no such cluster")


def hand_over(script: Bootstrap, cluster: str, store: str) -> list[str]:
    """The first run, and the store that it waits for."""
    problems = []
    if store:
        early = script(cluster, "--yes")
        if early.good or "isn't Ready" not in early.output or "Application/root" in state():
            problems.append(f"went on without the store: {tail(early.output)}")
        made = {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ClusterSecretStore",
            "metadata": {"name": store},
            "spec": {"provider": {"fake": {"data": []}}},
        }
        kubectl("apply", "-f", "-", stdin=json.dumps(made))
        ready = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "True"}]}})
        kubectl("patch", "clustersecretstore", store, "--subresource=status", "--type=merge", "-p", ready)
    first = script(cluster, "--yes")
    if not first.good or "Application/root" not in state():
        problems.append(tail(first.output))
    return problems


def prove(label: str, repository: Path, scratch: Path, report: Report) -> None:
    """Refusals, a dry run, a run, a second run, and a dry run over what is there."""
    clusters = sorted(path.name for path in (repository / "deploy/argocd/clusters").iterdir())
    found = re.search(r"^store='?([a-z0-9-]+)", (repository / "scripts/bootstrap").read_text(encoding="utf-8"), re.M)
    store = found[1] if found else ""
    script = Bootstrap(repository, scratch / "programs")
    stand_in(script.programs)
    remove(store)
    try:
        refusals(script, clusters[-1], scratch, report, label)
        planned = script(clusters[-1], "--dry-run")
        told = planned.good and "would create" in planned.output and not kubectl("get", "namespace", "argocd").good
        report.problems(f"bootstrap dry run {label}", [] if told else [tail(planned.output)], "nothing was changed")
        problems = hand_over(script, clusters[-1], store)
        before = state()
        again = script(clusters[-1], "--yes")
        after = state()
        if not again.good or before != after:
            problems.append(f"{tail(again.output)}\nchanged: {sorted(set(before.items()) ^ set(after.items()))}")
        report.problems(f"bootstrap twice {label}", problems, f"{len(after)} objects")
        same = script(clusters[-1], "--dry-run")
        wrong = [] if same.good and "would" not in same.output else [tail(same.output)]
        other = script(clusters[0], "--yes")
        if len(clusters) > 1 and (other.good or "already" not in other.output):
            wrong.append(f"another cluster's directory was not refused: {tail(other.output)}")
        report.problems(f"bootstrap knows its cluster {label}", wrong, "all stays as it is")
    finally:
        remove(store)
