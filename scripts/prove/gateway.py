"""The generated gateway policies in a real Envoy: Envoy Gateway itself translates them, in its standalone mode.

Services are replaced by addresses, because the standalone mode knows no Service: here of one backend that says what
reached it and does what it is told, in front.py of the services that run. The issuer's keys are written into the
policy, because the issuer is an example; and the limit that all Envoys share is left out, because its counter is a
Deployment. A user's own limit is lowered to what a slow machine can exceed, since it fills up again all the time.
Everything else is as generated.
"""

from __future__ import annotations

import copy
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.common.process import run, tail
from scripts.common.report import FORK, Report
from scripts.validate.tools import Tools

from .edge import Backend, Issuer, Visitor
from .stack import free_ports

IMAGE = "envoyproxy/gateway:v1.9.0"
ENVOY = "1.40.0"  # what the image has; the standalone mode would look for the newest one
MOST = 30  # requests a minute of one user
KINDS = {"EnvoyProxy", "Gateway", "HTTPRoute", "ClientTrafficPolicy", "SecurityPolicy", "BackendTrafficPolicy"}
GROUP = "gateway.envoyproxy.io"
POLICIES = "deploy/kubernetes/base/gateway-policies.yaml"
ROUTES = "deploy/kubernetes/base/routes.yaml"
GATEWAYS = "deploy/kubernetes/overlays/*/gateway.yaml"
ONE = FORK.Lock()  # a gateway at a time: on the host's network each has the same sockets
CHECKS = (
    "redirects to https", "asks for a token", "says who calls", "repeats reads only", "ends what takes too long",
    "refuses large bodies", "limits each user",
)  # fmt: skip
Reference = dict[str, Any]  # a route's backendRef
Token = Callable[..., dict[str, str]]  # a header with a user's token


def documents(file: Path) -> list[dict[str, Any]]:
    """A YAML file's documents, read by the library that the validators install."""
    tools = Tools()
    tools.install("python")
    program = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)"
    read = run([tools.python("python"), "-c", program], stdin=file.read_text(encoding="utf-8"))
    return json.loads(read.stdout)


def offered(repository: Path) -> bool:
    """Whether there is a gateway with policies."""
    return (repository / POLICIES).exists()


def policies(repository: Path) -> list[dict[str, Any]]:
    """What is generated for the gateway of the first overlay, or nothing."""
    if not offered(repository):
        return []
    files = [sorted(repository.glob(GATEWAYS))[0], repository / ROUTES, repository / POLICIES]
    every = [found for file in files for found in documents(file)]
    return [found for found in every if found and found["kind"] in KINDS]


def prove(label: str, repository: Path, report: Report) -> None:
    """Every check, before a backend that does what it is told."""
    objects, backend = policies(repository), Backend()
    try:
        with running(f"gateway {label}", objects, lambda _: ("127.0.0.1", backend.port), report) as started:
            if started:
                visitor, issuer = started
                _checks(label, objects, visitor, issuer, backend, report)
    finally:
        backend.close()


@contextmanager
def running(
    check: str, objects: list[dict[str, Any]], address: Callable[[Reference], tuple[str, int]], report: Report
) -> Iterator[tuple[Visitor, Issuer] | None]:
    """The gateway, before what is at the addresses of the services that its routes refer to."""
    if not run(["docker", "image", "inspect", IMAGE]).good:
        report.skip(check, f"no image {IMAGE} with an Envoy in it")
        yield None
        return
    with ONE, tempfile.TemporaryDirectory(prefix="gateway-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        issuer = Issuer(scratch / "keys")
        with _started(check, objects, scratch, issuer, address, report) as visitor:
            yield (visitor, issuer) if visitor else None


@contextmanager
def _started(
    check: str,
    objects: list[dict[str, Any]],
    scratch: Path,
    issuer: Issuer,
    address: Callable[[Reference], tuple[str, int]],
    report: Report,
) -> Iterator[Visitor | None]:
    plain, secure = free_ports(2)
    resources = scratch / "resources"
    resources.mkdir()
    made = adapted(objects, plain, secure, issuer, address)
    (resources / "all.yaml").write_text("\n---\n".join(json.dumps(each) for each in made), encoding="utf-8")
    (resources / "all.yaml").chmod(0o644)
    name = f"gateway-{secure}"
    mount = f"--volume={resources}:/resources:ro"
    started = run(["docker", "run", "--detach", "--pull=never", "--network=host", f"--name={name}", mount, IMAGE])
    try:
        if not started.good:
            report.fail(check, tail(started.output))
            yield None
            return
        host = next(found for found in objects if found["kind"] == "Gateway")["spec"]["listeners"][0]["hostname"]
        visitor = Visitor(host, plain, secure)
        if not visitor.wait(120):
            report.fail(check, tail(run(["docker", "logs", name]).output, 60))
            yield None
            return
        yield visitor
    finally:
        run(["docker", "rm", "--force", name])


def adapted(
    objects: list[dict[str, Any]],
    plain: int,
    secure: int,
    issuer: Issuer,
    address: Callable[[Reference], tuple[str, int]],
) -> list[dict[str, Any]]:
    """The objects as the standalone mode takes them."""
    made = copy.deepcopy(objects)
    backends: dict[str, tuple[str, int]] = {}
    for found in made:
        found["metadata"] = {"name": found["metadata"]["name"], "namespace": "default"}
        spec = found["spec"]
        if found["kind"] == "EnvoyProxy":
            spec["provider"] = {"type": "Host", "host": {"envoyVersion": ENVOY}}
        if found["kind"] == "Gateway":
            spec["gatewayClassName"] = "standalone"
            for listener in spec["listeners"]:
                listener["port"] = secure if listener["protocol"] == "HTTPS" else plain
        for rule in spec.get("rules", ()):
            for reference in rule.get("backendRefs", ()):
                name = f"{reference['name']}-{reference['port']}"
                backends[name] = address(reference)
                reference.clear()
                reference.update(group=GROUP, kind="Backend", name=name)
        for provider in spec.get("jwt", {}).get("providers", ()):
            provider.pop("remoteJWKS")
            provider["localJWKS"] = {"type": "Inline", "inline": issuer.keys}
        if "rateLimit" in spec:
            spec["rateLimit"].pop("global")
            spec["rateLimit"]["local"]["rules"][0]["limit"]["requests"] = MOST
    certificate = next(found for found in made if found["kind"] == "Gateway")["spec"]["listeners"][1]["tls"]
    metadata = {"namespace": "default"}
    return [
        *made,
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "GatewayClass",
            "metadata": {"name": "standalone"},
            "spec": {"controllerName": f"{GROUP}/gatewayclass-controller"},
        },
        *(
            {
                "apiVersion": f"{GROUP}/v1alpha1",
                "kind": "Backend",
                "metadata": {**metadata, "name": name},
                "spec": {"endpoints": [{"ip": {"address": host, "port": port}}]},
            }
            for name, (host, port) in backends.items()
        ),
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {**metadata, "name": certificate["certificateRefs"][0]["name"]},
            "data": issuer.certificate(),
        },
    ]


def _checks(
    label: str, objects: list[dict[str, Any]], visitor: Visitor, issuer: Issuer, backend: Backend, report: Report
) -> None:
    token = tokens(objects, issuer)
    paths = sorted(
        {
            match["path"]["value"]
            for found in objects
            if found["kind"] == "HTTPRoute" and not found["metadata"]["name"].endswith(("-public", "-public-reads"))
            for rule in found["spec"]["rules"]
            if "backendRefs" in rule
            for match in rule.get("matches", ())
        }
    )
    actions: tuple[Callable[[], list[str]], ...] = (
        lambda: _redirects(visitor),
        lambda: _asks(visitor, paths, token),
        lambda: _says(visitor, paths, token),
        lambda: _repeats(visitor, paths[0], token(), backend),
        lambda: _ends(visitor, paths[0], token()),
        lambda: _refuses(visitor, paths[0], token()),
        lambda: _limits(visitor, paths[0], token),
    )
    go_through("gateway", label, zip(CHECKS, actions, strict=True), report)


def tokens(objects: list[dict[str, Any]], issuer: Issuer) -> Token:
    """A maker of headers with tokens such as the policies ask for."""
    provider = next(found for found in objects if "jwt" in found["spec"])["spec"]["jwt"]["providers"][0]

    def token(user: str = "someone", **other: Any) -> dict[str, str]:
        claims = {"iss": provider["issuer"], "aud": provider["audiences"][0], "sub": user, **other}
        return {"Authorization": f"Bearer {issuer.token(claims)}"}

    return token


def go_through(where: str, label: str, checks: Iterable[tuple[str, Callable[[], list[str]]]], report: Report) -> None:
    """Runs and reports each check by its name."""
    for name, check in checks:
        began = time.monotonic()
        try:
            report.problems(f"{where} {name} {label}", check(), f"{time.monotonic() - began:.0f} s")
        except (OSError, ValueError) as error:
            report.fail(f"{where} {name} {label}", f"{type(error).__name__}: {error}")


def expect(what: str, found: object, wanted: object) -> list[str]:
    return [] if found == wanted else [f"{what}: {found!r}, not {wanted!r}"]


def _redirects(visitor: Visitor) -> list[str]:
    answer = visitor.ask("GET", "/any", secure=False)
    return expect("status", answer.status, 301) + expect("location", answer.headers["location"][:8], "https://")


def _asks(visitor: Visitor, paths: list[str], token: Token) -> list[str]:
    problems = []
    for path in paths:
        bare = token()["Authorization"].removeprefix("Bearer ")
        for what, where, headers, wanted in (
            ("nothing", path, {}, 401),
            ("nonsense", path, {"Authorization": "Bearer x"}, 401),
            ("another issuer's", path, token(iss="https://elsewhere.example"), 401),
            ("for another audience", path, token(aud="another"), 403),
            ("one that is over", path, token(exp=1), 401),
            ("one in the address", f"{path}?access_token={bare}", {}, 401),
            ("a good one", path, token(), 200),
        ):
            for method in ("GET", "POST"):
                answer = visitor.ask(method, where, headers)
                problems += expect(f"{method} {path} with {what}", answer.status, wanted)
    return problems


def _says(visitor: Visitor, paths: list[str], token: Token) -> list[str]:
    problems = []
    for path in paths:
        answer = visitor.ask("GET", path, {**token("alice"), "X-User-Id": "bob"})
        problems += expect(f"{path}: X-User-Id", answer.seen("x-user-id"), "alice")
        problems += expect(f"{path}: HSTS", "max-age" in answer.headers.get("strict-transport-security", ""), True)
        problems += expect(f"{path}: X-Request-Id", bool(answer.seen("x-request-id")), True)
    return problems


def _repeats(visitor: Visitor, path: str, headers: dict[str, str], backend: Backend) -> list[str]:
    problems = []
    for method, wanted in (("GET", 3), ("POST", 1)):
        case = f"{method}-503"
        answer = visitor.ask(method, path, {**headers, "X-Case": case, "X-Answer": "503"})
        problems += expect(f"{method}: status", answer.status, 503)
        problems += expect(f"{method}: attempts", backend.attempts[case], wanted)
    return problems


def _ends(visitor: Visitor, path: str, headers: dict[str, str]) -> list[str]:
    began = time.monotonic()
    answer = visitor.ask("POST", path, {**headers, "X-Wait": "40"}, timeout=60)
    took = time.monotonic() - began
    return expect("status", answer.status, 504) + expect("took 19 to 26 seconds", 19 <= took <= 26, True)


def _refuses(visitor: Visitor, path: str, headers: dict[str, str]) -> list[str]:
    small = visitor.ask("POST", path, headers, body=b"x" * 1000)
    large = visitor.ask("POST", path, headers, body=b"x" * (2 << 20))
    return expect("a small one", small.status, 200) + expect("a large one", large.status, 413)


def _limits(visitor: Visitor, path: str, token: Token) -> list[str]:
    """One user, over one connection; another one is not concerned, and writes are counted apart."""
    statuses = visitor.many("GET", path, token("greedy"), 3 * MOST)
    problems = expect("refused after the limit", 429 in statuses, True)
    problems += expect("served up to the limit", statuses[:MOST].count(200), MOST)
    problems += expect("only these two", set(statuses) - {200, 429}, set())
    problems += expect("a write", visitor.ask("POST", path, token("greedy")).status, 200)
    return problems + expect("another user", visitor.ask("GET", path, token("modest")).status, 200)
