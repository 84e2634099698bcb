"""What the proof of a repository has to show, from the repository alone: less than this is no proof."""

from __future__ import annotations

from pathlib import Path

from . import checkouts, commands, front, gateway, kube, sabotage, scenarios

FULL = "default"  # the option set that is proved in every way
ALWAYS = ("up", "secrets private", "smoke", "own tests", "down")
IN_EVERY_WAY = (
    "up again keeps secrets",
    "smoke after sabotage",
    "build deployed images",
    "up deployed images",
    "smoke deployed images",
    checkouts.CHECK,
    "bootstrap refuses",
    "bootstrap dry run",
    "bootstrap twice",
    "bootstrap knows its cluster",
    "restore drill",
)


def checks(blueprint: str, name: str, repository: Path) -> set[str]:
    """The checks that must have passed, by the names that the report gives them."""
    label = f"{blueprint}/{name}"
    wanted = [*ALWAYS, *_offered(repository)]
    if name == FULL:
        wanted += IN_EVERY_WAY
        wanted += scenarios.checks(blueprint)
        wanted += [f"sabotage {each.name}" for each in sabotage.sabotages(blueprint)]
        wanted += [f"gateway {check}" for check in gateway.CHECKS if gateway.offered(repository)]
    cluster = [f"{check} {label} {what}" for what in kube.applied(repository) for check in kube.CHECKS]
    return {*cluster, *(f"{check} {label}" for check in wanted)}


def _offered(repository: Path) -> list[str]:
    """Checks of what not every repository has."""
    found = [target for target in ("load", "alerts") if commands.offers(repository, target)]
    if (repository / "scripts" / "seed").exists():
        found.append("seed")
    if gateway.offered(repository):
        found += [f"front {check}" for check in front.CHECKS]
    return found
