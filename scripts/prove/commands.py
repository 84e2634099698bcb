"""The repository's own `make load` and `make alerts`, which run programs of others from images."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from scripts.common.process import Outcome, run, tail
from scripts.validate.tools import Broken, Missing, Tools

from .stack import Stack

# Where no registry is reached: images that Makefiles name, and the program to build for each. Both versions are pinned:
# this one by the repository's pins, the program's by scripts/validate/pins/go-images.
IMAGES = {"grafana/k6:2.2.0": "k6", "prom/prometheus:v3.13.1": "promtool"}
DOCKERFILE = """\
FROM scratch
COPY root /
ENV PATH=/bin
USER 65534:65534
ENTRYPOINT ["/bin/{program}"]
"""


def offers(repository: Path, target: str) -> bool:
    """Whether the Makefile has the target."""
    return f"\n{target}:" in (repository / "Makefile").read_text(encoding="utf-8")


def provide(stack: Stack, scratch: Path) -> Outcome:
    """With $STANDIN_IMAGES: an image with the real program, for each that the Makefile names and we can build."""
    makefile = (stack.root / "Makefile").read_text(encoding="utf-8")
    wanted = {image: program for image, program in IMAGES.items() if image in makefile}
    if not os.environ.get("STANDIN_IMAGES") or not wanted:
        return Outcome(0, "official images", "")
    tools = Tools()
    tools.install("go-images")
    for image, program in wanted.items():
        context = scratch / program
        for directory in ("bin", "tmp"):
            (context / "root" / directory).mkdir(parents=True)
        (context / "root" / "tmp").chmod(0o1777)
        try:
            shutil.copy(tools.go(program, "go-images"), context / "root" / "bin")
        except (Missing, Broken) as error:
            return Outcome(1, "", str(error))
        (context / "Dockerfile").write_text(DOCKERFILE.format(program=program), encoding="utf-8")
        made = run(["docker", "build", "--quiet", "--tag", image, context])
        if not made.good:
            return made
    return Outcome(0, "", "")


def load(stack: Stack) -> Outcome:
    """Ten seconds of load on every service that has a script, up to the first that fails."""
    done = Outcome(1, "", "no script below load/")
    for script in sorted((stack.root / "load").glob("*.js")):
        address = f"http://127.0.0.1:{stack.port(script.stem)}"
        done = stack.make("load", env={"SERVICE": script.stem, "BASE_URL": address}, timeout=120)
        if not done.good:
            break
    return Outcome(done.code, tail(done.output, 60), "")


def alerts(stack: Stack) -> Outcome:
    """The rules, and their own tests."""
    return stack.make("alerts", timeout=120)
