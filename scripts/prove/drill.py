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


def backups(space: str, database: str) -> None:
    """Backups as CloudNativePG leaves them, the last of which failed."""
    for name, phase in BACKUPS:
        time.sleep(1.1)  # they are told apart by the second of their creation
        made = {
            "apiVersion": "postgresql.cnpg.io/v1",
            "kind": "Backup",
            "metadata": {"name": name, "namespace": space, "labels": {"cnpg.io/cluster": database}},
            "spec": {"cluster": {"name": database}, "method": "volumeSnapshot"},
        }
        kubectl("create", "-f", "-", stdin=json.dumps(made))
        status = json.dumps({"status": {"phase": phase}})
        kubectl(
            "-n",
            space,
            "patch",
            f"backups.postgresql.cnpg.io/{name}",
            "--subresource=status",
            "--type=merge",
            "-p",
            status,
        )


def prove(label: str, repository: Path, report: Report) -> None:
    """Refused without a completed backup, accepted with one, and nothing is made either way."""
    overlay = repository / "deploy/kubernetes/overlays/production"
    found = re.search(
        r"^namespace: \"?([a-z0-9-]+)", (overlay / "kustomization.yaml").read_text(encoding="utf-8"), re.M
    )
    databases = [path for path in sorted(overlay.glob("*.yaml")) if "kind: ScheduledBackup" in path.read_text("utf-8")]
    if not found or not databases:
        report.fail(f"restore drill {label}", "no database that is backed up")
        return
    space, database = found[1], databases[0].stem

    def drill(*arguments: str) -> Outcome:
        return run(["scripts/restore-drill", "production", *arguments, "--dry-run"], cwd=repository, timeout=120)

    kubectl("create", "namespace", space)
    try:
        kubectl("-n", space, "apply", "--server-side", "-f", str(databases[0]))
        problems = []
        for outcome, wanted in ((drill("none"), "no database 'none'"), (drill(database), "ever completed")):
            if outcome.good or wanted not in outcome.output:
                problems.append(f"not refused for {wanted!r}: {tail(outcome.output)}")
        backups(space, database)
        tried = drill(database)
        if not tried.good or f"would restore {NEWEST} " not in tried.output:
            problems.append(tail(tried.output))
        left = kubectl("-n", space, "get", "clusters.postgresql.cnpg.io", "--output", "name").stdout.split()
        if len(left) != 1:
            problems.append(f"clusters: {left}")
        report.problems(f"restore drill {label}", problems, "the newest completed backup, accepted by the server")
    finally:
        kubectl("delete", "namespace", space, "--ignore-not-found", "--timeout=90s", timeout=120)
