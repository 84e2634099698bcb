"""The port of its own."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from metrics import exposition

COUNT = "from metrics.registry import REQUESTS; REQUESTS.labels('GET', 'x', 200).inc()"


def test_adds_up_what_the_processes_of_the_container_count(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    exposition.start(port=19090)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], env=os.environ.copy(), check=True)
    with urllib.request.urlopen("http://127.0.0.1:19090/metrics") as response:
        lines = response.read().decode().splitlines()
    assert 'http_requests_total{method="GET",route="x",status="200"} 2.0' in lines


def test_serves_nothing_outside_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    exposition.start(port=19091)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen("http://127.0.0.1:19091/metrics")
