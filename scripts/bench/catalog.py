"""A catalog and a blueprint of any size: services with sources of ordinary length, bound to nothing."""

from __future__ import annotations

from pathlib import Path

SOURCES = 18  # application files of one service

COMPONENT = """\
id: bulk
title: A service of many files
kind: service
summary: Has as many source files as a small service has, and one process.
language: Python
user: 65532
endpoints:
  http: { port: 8000, protocol: http }
processes:
  web:
    role: web
    command: [python, -m, app]
    reload: [python, -m, app, --reload]
    serves: [http]
    probes:
      ready: { http: /readyz, port: http }
      live: { http: /livez, port: http }
    drain: 20
    resources: { cpu: 50m, memory: 64Mi }
    scratch: [/tmp]
    scale: { local: 1, default: 2 }
live: [app]
http_check: [python, -m, app.probe, "{port}", "{path}"]
"""

DOCKERFILE = """\
FROM @{ image("python-3.14") }@
WORKDIR /app
COPY . .
USER 65532:65532
EXPOSE @{ endpoints.http.port }@
CMD ["python", "-m", "app"]
"""

MODULE = '''\
"""Part {number} of @{{ unit.name }}@."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading{number}:
    """One value, and where it comes from."""

    source: str
    value: float

    def scaled(self, factor: float) -> "Reading{number}":
        """The same, in another unit."""
        return Reading{number}(self.source, self.value * factor)


def total(readings: list[Reading{number}]) -> float:
    """The sum of all values."""
    return sum(reading.value for reading in readings)
'''

DATA = """\
service: "@{{ unit.name }}@"
port: @{{ endpoints.http.port }}@
limits:
  readings: {number}000
  labels: [first, second, third]
"""


def write_catalog(directory: Path) -> Path:
    """The catalog's directory."""
    component = directory / "components" / "bulk"
    app = component / "app"
    (app / "app").mkdir(parents=True)
    (component / "component.yaml").write_text(COMPONENT, encoding="utf-8")
    (component / "README.md").write_text("# bulk\n\nOnly for measuring.\n", encoding="utf-8")
    (app / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    (app / ".dockerignore").write_text("*.md\n", encoding="utf-8")
    for number in range(SOURCES - 2):
        python = number % 4 != 3
        name = f"part_{number}.py" if python else f"part_{number}.yaml"
        text = (MODULE if python else DATA).format(number=number)
        (app / "app" / name).write_text(text, encoding="utf-8")
    return directory


def write_blueprint(directory: Path, services: int) -> Path:
    """A blueprint without questions, of so many services."""
    lines = [
        f"id: bench-{services}",
        "title: Many services",
        "summary: For measuring",
        'version: "1"',
        "project:",
        "  name: bench",
        "  summary: Many small services",
        "  domain: bench.example.com",
        "  repository: https://git.example.com/acme/bench.git",
        "  registry: registry.example.com/acme",
        "units:",
        *(f"  - {{ name: unit-{n}, component: bulk }}" for n in range(services)),
        "environments:",
        "  - { name: local, runtime: machine, host: localhost }",
        "  - { name: production, host: bench.example.com }",
    ]
    file = directory / f"bench-{services}.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
