"""Who creates, carries and handles what in a generated Go stack, from what its own repository says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.common.process import tail

from .stack import Stack

MANY_WAIT = 20  # more than a process takes at once


@dataclass(frozen=True)
class Counts:
    """Rows on the way: created and confirmed at the source, received and handled at the consumer."""

    created: int
    confirmed: int
    received: int
    handled: int


@dataclass(frozen=True)
class Flow:
    """From the service that publishes to the one that consumes and works."""

    project: str
    source: str
    consumer: str
    many: str  # the source's resource as paths name it
    tables: Mapping[str, str]  # by service
    workflows: tuple[str, ...]  # as paths name them
    processes: Mapping[str, str]  # ids by what they do: web, relay, consumer, worker, broker
    topic: str

    @property
    def hops(self) -> tuple[str, ...]:
        """The processes that one creation passes through."""
        return tuple(self.processes[name] for name in ("web", "relay", "consumer", "worker"))

    @property
    def victims(self) -> Mapping[str, Callable[[Stack], bool]]:
        """Processes to kill, and when each surely holds work."""

        def behind(stack: Stack) -> bool:
            now = self.counts(stack)
            return now.created - now.received > MANY_WAIT

        def unhandled(stack: Stack) -> bool:
            now = self.counts(stack)
            return now.received - now.handled > MANY_WAIT

        chosen = {"relay": behind, "broker": behind, "consumer": behind, "worker": unhandled}
        return {self.processes[name]: busy for name, busy in chosen.items()}

    def query(self, stack: Stack, service: str, statement: str) -> str:
        """What a service's database answers."""
        name = self.project.replace("-", "_")
        asked = stack.compose(
            "exec", "-T", f"{service}-database", "psql", "--username", name, "--dbname", name, "-AtX", "-c", statement
        )
        if not asked.good:
            raise RuntimeError(f"{statement}: {tail(asked.output)}")
        return asked.stdout.strip()

    def counts(self, stack: Stack) -> Counts:
        """How far everything is."""
        rows = "SELECT count(*), count(*) FILTER (WHERE status = 'confirmed') FROM "
        created, confirmed = self.query(stack, self.source, rows + self.tables[self.source]).split("|")
        received, handled = self.query(stack, self.consumer, rows + self.tables[self.consumer]).split("|")
        return Counts(int(created), int(confirmed), int(received), int(handled))

    def published(self, stack: Stack) -> set[str]:
        """Keys of everything on the topic, from its beginning."""
        read = stack.compose(
            "exec", "-T", self.processes["broker"], "/opt/kafka/bin/kafka-console-consumer.sh",
            "--bootstrap-server", "localhost:9092", "--topic", self.topic, "--from-beginning", "--timeout-ms", "15000",
            "--property", "print.key=true", "--property", "print.value=false",
        )  # fmt: skip
        return set(read.stdout.split())


def flow(stack: Stack) -> Flow:
    """The first service that publishes over HTTP, and the first that consumes from it with a worker."""
    model: dict[str, Any] = json.loads((stack.root / ".stackwright" / "stack.json").read_text(encoding="utf-8"))
    units = {unit["name"]: unit for unit in model["units"]}

    def feature(unit: Mapping[str, Any], name: str) -> dict[str, Any] | None:
        return next((each["params"] for each in unit["features"] if each["component"] == name), None)

    def process(unit: str, name: str) -> str:
        return next(each["id"] for each in units[unit]["processes"] if each["name"] == name)

    source = next(
        name for name, unit in units.items() if unit["params"].get("publishes") and unit["params"].get("http")
    )
    consumer = next(
        name
        for name, unit in units.items()
        if source in (feature(unit, "kafka-consumer") or {}).get("sources", []) and feature(unit, "asynq")
    )
    broker = next(binding["unit"] for binding in units[source]["bindings"] if binding["capability"] == "stream.kafka")
    project = model["project"]["name"]
    return Flow(
        project=project,
        source=source,
        consumer=consumer,
        many=_many(units[source]["params"]["noun"]),
        tables={name: _many(units[name]["params"]["noun"]).replace("-", "_") for name in (source, consumer)},
        workflows=tuple((feature(units[source], "temporal-worker") or {}).get("workflows", [])),
        processes={
            "web": process(source, "web"),
            "relay": process(source, "relay"),
            "consumer": process(consumer, "consumer"),
            "worker": process(consumer, "worker"),
            "broker": units[broker]["processes"][0]["id"],
        },
        topic=f"{project}.{source}",
    )


def _many(noun: str) -> str:
    """The plural of a regular noun, as proved option sets use it."""
    return noun + "s"
