"""The generated gateway in front of the services that run: requests go all the way, and arrive where they should."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scripts.common.process import run
from scripts.common.report import Report

from . import gateway
from .edge import Answer, Visitor
from .gateway import MOST, Reference, Token, expect
from .stack import Stack

CHECKS = (
    "reaches each service",
    "lets nobody through without a token",
    "reads back what was created",
    "gives up on a service that hangs",
    "limits each user's requests",
)


@dataclass(frozen=True)
class Route:
    """One match of a rule, and the service that it leads to."""

    method: str
    path: str
    service: str


@dataclass(frozen=True)
class Front:
    """What is proved: the services behind, who asks, and the routes between them."""

    stack: Stack
    visitor: Visitor
    token: Token
    routes: list[Route]
    keepers: list[Route]  # those that create what can be read back

    def create(self, route: Route, headers: Mapping[str, str]) -> Answer:
        """Asks a service to make one of what it is for."""
        body = json.dumps({"reference": "front", "amount": 1999, "currency": "EUR"}).encode()
        every = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex, **headers}
        return self.visitor.ask("POST", route.path, every, body=body)


def prove(label: str, repository: Path, stack: Stack, report: Report) -> None:
    """Every check on the running stack."""
    objects = gateway.policies(repository)

    def address(reference: Reference) -> tuple[str, int]:
        return container_address(stack, reference["name"]), reference["port"]

    with gateway.running(f"front {label}", objects, address, report) as started:
        if not started:
            return
        visitor, issuer = started
        model = json.loads((stack.root / ".stackwright" / "stack.json").read_text(encoding="utf-8"))
        routes = routes_of(objects, model)
        front = Front(stack, visitor, gateway.tokens(objects, issuer), routes, keepers(routes, model))
        actions = (_reaches, _closed, _reads_back, _gives_up, _limits)
        checks = ((name, partial(action, front)) for name, action in zip(CHECKS, actions, strict=True))
        gateway.go_through("front", label, checks, report)


def container_address(stack: Stack, service: str) -> str:
    """Where the engine put a service's container."""
    container = stack.compose("ps", "--quiet", service).stdout.strip()
    read = run(["docker", "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container])
    if not read.good or not read.stdout.strip():
        raise LookupError(f"`{service}` has no address: {read.output}")
    return read.stdout.strip()


def routes_of(objects: list[dict[str, Any]], model: Mapping[str, Any]) -> list[Route]:
    """Every match of every rule, with the service that the repository's own model wants there, whatever the rule says.

    A match without a method is there for what changes something.
    """
    wanted = {route["path"]: route["process"] for route in model["routes"]}
    return [
        Route(match.get("method", "POST"), match["path"]["value"], wanted[match["path"]["value"]])
        for found in objects
        if found["kind"] == "HTTPRoute"
        for rule in found["spec"]["rules"]
        if "backendRefs" in rule
        for match in rule["matches"]
    ]


def keepers(routes: list[Route], model: Mapping[str, Any]) -> list[Route]:
    """The routes to create something at services with a database."""
    keep = {process["id"] for unit in model["units"] if unit["params"].get("database") for process in unit["processes"]}
    return [route for route in routes if route.method == "POST" and route.service in keep]


def _reaches(front: Front) -> list[str]:
    """A route is answered while every other service hangs; its own one logs what it handled, and only it."""
    wanted: dict[str, set[str]] = {route.service: set() for route in front.routes}
    keep = {route.service for route in front.keepers}
    problems = []
    for service, own in wanted.items():
        with ExitStack() as others:
            for other in wanted.keys() - {service}:
                others.enter_context(_frozen(front.stack, other))
            for route in (each for each in front.routes if each.service == service):
                request = f"front-{uuid.uuid4().hex}"
                answer = _ask(front, route, {**front.token(), "X-Request-Id": request})
                # A service that keeps nothing has nothing to read, and says so.
                handled = route.method == "POST" or service in keep
                problems += expect(f"{route.method} {route.path}", answer.status // 100, 2 if handled else 4)
                if handled:
                    own.add(request)
    time.sleep(2)
    every = set().union(*wanted.values())
    for service, own in wanted.items():
        logs = front.stack.compose("logs", "--no-color", "--no-log-prefix", "--since", "5m", service).stdout
        problems += expect(f"`{service}` was asked", {request for request in every if request in logs}, own)
    return problems


def _ask(front: Front, route: Route, headers: Mapping[str, str]) -> Answer:
    if route.method == "POST":
        return front.create(route, headers)
    return front.visitor.ask(route.method, route.path, headers)


def _closed(front: Front) -> list[str]:
    problems = []
    for route in front.routes:
        # Whoever says who he is without a token is nobody.
        for headers in ({}, {"X-User-Id": "someone"}, {"Authorization": "Bearer x"}):
            answer = front.visitor.ask(route.method, route.path, headers)
            problems += expect(f"{route.method} {route.path} with {headers}", answer.status, 401)
    return problems


def _reads_back(front: Front) -> list[str]:
    """Whoever made it, by his token and not by what he says, and nobody else."""
    problems = [] if front.keepers else ["no route leads to a service that keeps anything"]
    for route in front.keepers:
        made = front.create(route, {**front.token("alice"), "X-User-Id": "bob"})
        problems += expect(f"POST {route.path}", made.status, 201)
        if made.status != 201:
            continue
        created = json.loads(made.body)
        path = f"{route.path}/{created['id']}"
        read = front.visitor.ask("GET", path, front.token("alice"))
        problems += expect(f"GET {path}", read.status, 200)
        problems += expect("what is read", json.loads(read.body).get("reference"), "front")
        problems += expect("to somebody else", front.visitor.ask("GET", path, front.token("bob")).status, 404)
    return problems


def _gives_up(front: Front) -> list[str]:
    """A service that hangs is waited for as long as the policy says; when it no longer does, its route works."""
    route = front.keepers[0]
    with _frozen(front.stack, route.service):
        began = time.monotonic()
        write = front.visitor.ask("POST", route.path, front.token(), timeout=60)
        took = time.monotonic() - began
    problems = expect("POST", write.status, 504) + expect("took 19 to 26 seconds", 19 <= took <= 26, True)
    return problems + expect("afterwards", front.visitor.ask("GET", route.path, front.token()).status, 200)


@contextmanager
def _frozen(stack: Stack, service: str) -> Iterator[None]:
    paused = stack.compose("pause", service)
    try:
        if not paused.good:
            raise OSError(paused.output)
        yield
    finally:
        stack.compose("unpause", service)


def _limits(front: Front) -> list[str]:
    """One user, over one connection, and not another."""
    path = front.keepers[0].path
    statuses = front.visitor.many("GET", path, front.token("greedy"), 3 * MOST)
    problems = expect("refused after the limit", 429 in statuses, True)
    problems += expect("served up to the limit", statuses[:MOST].count(200), MOST)
    problems += expect("only these two", set(statuses) - {200, 429}, set())
    return problems + expect("another user", front.visitor.ask("GET", path, front.token("modest")).status, 200)
