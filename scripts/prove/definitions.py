"""Installs the custom resource definitions that generated objects need into the API server of $KUBECONFIG.

usage: python3 -m scripts.prove.definitions
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.common.process import run, tail

from . import kube

LIST = Path(__file__).with_suffix(".txt")
FETCH = 600  # seconds
KIND = "\nkind: CustomResourceDefinition"


@dataclass(frozen=True)
class Source:
    """Where the definitions of an API group come from."""

    group: str
    kind: str  # module, chart
    name: str
    what: str  # files of a module, the version of a chart

    def texts(self) -> Iterator[str]:
        """The definitions. A source that has none is an error."""
        if self.kind == "chart":
            yield self._fetched(["helm", "show", "crds", self.name, "--version", self.what])
            return
        # From a directory without a module, so that no go.mod is read or written.
        module = json.loads(self._fetched(["go", "mod", "download", "-json", self.name]))
        found = [file.read_text(encoding="utf-8") for file in sorted(Path(module["Dir"]).glob(self.what))]
        texts = [text for text in found if KIND in f"\n{text}"]
        if not texts:
            raise SystemExit(f"{self.name} has no definition at {self.what}")
        yield from texts

    def _fetched(self, command: list[str]) -> str:
        with tempfile.TemporaryDirectory() as nowhere:
            done = run(command, cwd=Path(nowhere), env={"GOFLAGS": "", "GOWORK": "off"}, timeout=FETCH)
        if not done.good:
            raise SystemExit(f"{self.group}: `{' '.join(command)}` failed with {done.code}:\n{tail(done.output)}")
        return done.stdout


def sources() -> list[Source]:
    """The lines of the list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [Source(*line.split()) for line in lines if line and not line.startswith("#")]


def lacking() -> list[str]:
    """The API groups that the server does not know."""
    known = {line.partition("/")[0] for line in kube.kubectl("api-versions").stdout.splitlines()}
    return sorted({source.group for source in sources()} - known)


def main() -> int:
    """Applies what the server lacks."""
    why = kube.unable()
    if why:
        raise SystemExit(f"no API server: {why}")
    absent = lacking()
    with tempfile.TemporaryDirectory(prefix="definitions-") as name:
        for source in (each for each in sources() if each.group in absent):
            for number, text in enumerate(source.texts()):
                file = Path(name) / f"{source.group}-{number}.yaml"
                file.write_text(text, encoding="utf-8")
                applied = kube.apply(file)
                if not applied.good:
                    raise SystemExit(f"{source.group}: {tail(applied.output)}")
            print(f"{source.group}: {source.name}", flush=True)
    ready = kube.kubectl("wait", "--for", "condition=Established", "crd", "--all", "--timeout=60s")
    print(f"{len(ready.stdout.splitlines())} definitions are established")
    return 0 if ready.good and not lacking() else 1


if __name__ == "__main__":
    sys.exit(main())
