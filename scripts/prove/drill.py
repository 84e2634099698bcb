"""Asks a real API server whether it would take what scripts/restore-drill makes of the newest backup."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

from scripts.common.process import Outcome, run, tail
from scripts.common.report import Report

from .kube import kubectl

BACKUPS = (("first", "completed"), ("second", "completed"), ("third", "failed"))
NEWEST = "second"
# A schedule, and the cluster that it is for.
SCHEDULED = re.compile(r"^kind: ScheduledBackup\n(?:(?!---).*\n)*?  cluster:\n    name: (\S+)", re.M)


def backups(space: str, database: str) -> None:
    """Backups as CloudNativePG leaves them, the last of which failed."""
    for name, phase in BACKUPS:
        time.sleep(1.1)  # they are told apart by the second of their creation
        made = {
            "apiVersion": "postgresql.cnpg.io/v1",
            "kind": "Backup",
            "metadata": {"name": f"{database}-{name}", "namespace": space, "labels": {"cnpg.io/cluster": database}},
            "spec": {"cluster": {"name": database}, "method": "volumeSnapshot"},
        }
        kubectl("create", "-f", "-", stdin=json.dumps(made))
        status = json.dumps({"status": {"phase": phase}})
        kubectl(
            "-n",
            space,
            "patch",
            f"backups.postgresql.cnpg.io/{database}-{name}",
            "--subresource=status",
            "--type=merge",
            "-p",
            status,
        )


def prove(label: str, repository: Path, report: Report) -> None:
    """Of every database that is backed up: refused without a completed backup, accepted with one; nothing is made."""
    overlay = repository / "deploy/kubernetes/overlays/production"
    found = re.search(
        r"^namespace: \"?([a-z0-9-]+)", (overlay / "kustomization.yaml").read_text(encoding="utf-8"), re.M
    )
    base = repository / "deploy/kubernetes/base"
    paths = [*sorted(base.glob("*.yaml")), *sorted(overlay.glob("*.yaml"))]
    files = {path: SCHEDULED.findall(path.read_text(encoding="utf-8")) for path in paths}
    databases = [name for names in files.values() for name in names]
    if not found or not databases:
        report.fail(f"restore drill {label}", "no database that is backed up")
        return
    space = found[1]
    kubectl("create", "namespace", space)
    try:
        for path in (path for path, names in files.items() if names):
            kubectl("-n", space, "apply", "--server-side", "-f", str(path))
        problems = [f"{name}: {problem}" for name in databases for problem in _drill(repository, space, name)]
        left = kubectl("-n", space, "get", "clusters.postgresql.cnpg.io", "--output", "name").stdout.split()
        if len(left) != len(databases):
            problems.append(f"clusters: {left}")
        note = f"the newest completed backup of {', '.join(databases)}, accepted by the server"
        report.problems(f"restore drill {label}", problems, note)
    finally:
        kubectl("delete", "namespace", space, "--ignore-not-found", "--timeout=90s", timeout=120)


def _drill(repository: Path, space: str, database: str) -> list[str]:
    def drill(name: str) -> Outcome:
        return run(["scripts/restore-drill", "production", name, "--dry-run"], cwd=repository, timeout=120)

    problems = []
    for outcome, wanted in ((drill("none"), "no database 'none'"), (drill(database), "ever completed")):
        if outcome.good or wanted not in outcome.output:
            problems.append(f"not refused for {wanted!r}: {tail(outcome.output)}")
    backups(space, database)
    tried = drill(database)
    newest = f"{database}-{NEWEST}"
    if not tried.good or f"would restore {newest} " not in tried.output:
        problems.append(tail(tried.output))
    return problems
