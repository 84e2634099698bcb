"""The generated gateway policies in a real Envoy: Envoy Gateway itself translates them, in its standalone mode.

Services are replaced by one backend that says what reached it, because the standalone mode knows no Service; the
issuer's keys are written into the policy, because the issuer is an example; and the limit that all Envoys share is
left out, because its counter is a Deployment. A user's own limit is lowered to what a slow machine can exceed, since
it fills up again all the time. Everything else is as generated.
"""

from __future__ import annotations

import copy
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.common.process import run, tail
from scripts.common.report import Report
from scripts.validate.tools import Tools

from .edge import Backend, Issuer, Visitor
from .stack import free_ports

IMAGE = "envoyproxy/gateway:v1.9.0"
ENVOY = "1.40.0"  # what the image has; the standalone mode would look for the newest one
MOST = 30  # requests a minute of one user
KINDS = {"EnvoyProxy", "Gateway", "HTTPRoute", "ClientTrafficPolicy", "SecurityPolicy", "BackendTrafficPolicy"}
GROUP = "gateway.envoyproxy.io"


def documents(file: Path) -> list[dict[str, Any]]:
    """A YAML file's documents, read by the library that the validators install."""
    tools = Tools()
    tools.install()
    program = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)"
    read = run([tools.python("python"), "-c", program], stdin=file.read_text(encoding="utf-8"))
    return json.loads(read.stdout)


def prove(label: str, repository: Path, report: Report) -> None:
    """Every check on the first overlay that has a gateway."""
    if not run(["docker", "image", "inspect", IMAGE]).good:
        report.skip(f"gateway {label}", f"no image {IMAGE} with an Envoy in it")
        return
    files = sorted(repository.glob("deploy/kubernetes/overlays/*/gateway-policies.yaml"))
    if not files:
        report.skip(f"gateway {label}", "no policies of Envoy Gateway")
        return
    objects = [
        found
        for name in ("gateway.yaml", "gateway-policies.yaml")
        for found in documents(files[0].parent / name)
        if found and found["kind"] in KINDS
    ]
    with tempfile.TemporaryDirectory(prefix="gateway-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        issuer, backend = Issuer(scratch / "keys"), Backend()
        try:
            with _running(label, objects, scratch, issuer, backend, report) as visitor:
                if visitor:
                    _checks(label, objects, visitor, issuer, backend, report)
        finally:
            backend.close()


@contextmanager
def _running(
    label: str, objects: list[dict[str, Any]], scratch: Path, issuer: Issuer, backend: Backend, report: Report
) -> Iterator[Visitor | None]:
    plain, secure = free_ports(2)
    resources = scratch / "resources"
    resources.mkdir()
    made = adapted(objects, plain, secure, issuer, backend.port)
    (resources / "all.yaml").write_text("\n---\n".join(json.dumps(each) for each in made), encoding="utf-8")
    (resources / "all.yaml").chmod(0o644)
    name = f"gateway-{secure}"
    mount = f"--volume={resources}:/resources:ro"
    started = run(["docker", "run", "--detach", "--pull=never", "--network=host", f"--name={name}", mount, IMAGE])
    try:
        if not started.good:
            report.fail(f"gateway {label}", tail(started.output))
            yield None
            return
        host = next(found for found in objects if found["kind"] == "Gateway")["spec"]["listeners"][0]["hostname"]
        visitor = Visitor(host, plain, secure)
        if not visitor.wait(120):
            report.fail(f"gateway {label}", tail(run(["docker", "logs", name]).output, 60))
            yield None
            return
        yield visitor
    finally:
        run(["docker", "rm", "--force", name])


def adapted(
    objects: list[dict[str, Any]], plain: int, secure: int, issuer: Issuer, backend: int
) -> list[dict[str, Any]]:
    """The objects as the standalone mode takes them."""
    made = copy.deepcopy(objects)
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
            if "backendRefs" in rule:
                rule["backendRefs"] = [{"group": GROUP, "kind": "Backend", "name": "backend"}]
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
        {
            "apiVersion": f"{GROUP}/v1alpha1",
            "kind": "Backend",
            "metadata": {**metadata, "name": "backend"},
            "spec": {"endpoints": [{"ip": {"address": "127.0.0.1", "port": backend}}]},
        },
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
    provider = next(found for found in objects if "jwt" in found["spec"])["spec"]["jwt"]["providers"][0]
    paths = sorted(
        {
            match["path"]["value"]
            for found in objects
            if found["kind"] == "HTTPRoute" and not found["metadata"]["name"].endswith(("-public", "-public-reads"))
            for rule in found["spec"]["rules"]
            for match in rule.get("matches", ())
        }
    )

    def token(user: str = "someone", **other: Any) -> dict[str, str]:
        claims = {"iss": provider["issuer"], "aud": provider["audiences"][0], "sub": user, **other}
        return {"Authorization": f"Bearer {issuer.token(claims)}"}

    checks: list[tuple[str, Callable[[], list[str]]]] = [
        ("redirects to https", lambda: _redirects(visitor)),
        ("asks for a token", lambda: _asks(visitor, paths, token)),
        ("says who calls", lambda: _says(visitor, paths, token)),
        ("repeats reads only", lambda: _repeats(visitor, paths[0], token(), backend)),
        ("ends what takes too long", lambda: _ends(visitor, paths[0], token())),
        ("refuses large bodies", lambda: _refuses(visitor, paths[0], token())),
        ("limits each user", lambda: _limits(visitor, paths[0], token)),
    ]
    for name, check in checks:
        began = time.monotonic()
        try:
            report.problems(f"gateway {name} {label}", check(), f"{time.monotonic() - began:.0f} s")
        except OSError as error:
            report.fail(f"gateway {name} {label}", f"{type(error).__name__}: {error}")


def _expect(what: str, found: object, wanted: object) -> list[str]:
    return [] if found == wanted else [f"{what}: {found!r}, not {wanted!r}"]


def _redirects(visitor: Visitor) -> list[str]:
    answer = visitor.ask("GET", "/any", secure=False)
    return _expect("status", answer.status, 301) + _expect("location", answer.headers["location"][:8], "https://")


def _asks(visitor: Visitor, paths: list[str], token: Callable[..., dict[str, str]]) -> list[str]:
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
                problems += _expect(f"{method} {path} with {what}", answer.status, wanted)
    return problems


def _says(visitor: Visitor, paths: list[str], token: Callable[..., dict[str, str]]) -> list[str]:
    problems = []
    for path in paths:
        answer = visitor.ask("GET", path, {**token("alice"), "X-User-Id": "bob"})
        problems += _expect(f"{path}: X-User-Id", answer.seen("x-user-id"), "alice")
        problems += _expect(f"{path}: HSTS", "max-age" in answer.headers.get("strict-transport-security", ""), True)
        problems += _expect(f"{path}: X-Request-Id", bool(answer.seen("x-request-id")), True)
    return problems


def _repeats(visitor: Visitor, path: str, headers: dict[str, str], backend: Backend) -> list[str]:
    problems = []
    for method, wanted in (("GET", 3), ("POST", 1)):
        case = f"{method}-503"
        answer = visitor.ask(method, path, {**headers, "X-Case": case, "X-Answer": "503"})
        problems += _expect(f"{method}: status", answer.status, 503)
        problems += _expect(f"{method}: attempts", backend.attempts[case], wanted)
    return problems


def _ends(visitor: Visitor, path: str, headers: dict[str, str]) -> list[str]:
    began = time.monotonic()
    answer = visitor.ask("POST", path, {**headers, "X-Wait": "40"}, timeout=60)
    took = time.monotonic() - began
    return _expect("status", answer.status, 504) + _expect("took 14 to 20 seconds", 14 <= took <= 20, True)


def _refuses(visitor: Visitor, path: str, headers: dict[str, str]) -> list[str]:
    small = visitor.ask("POST", path, headers, body=b"x" * 1000)
    large = visitor.ask("POST", path, headers, body=b"x" * (2 << 20))
    return _expect("a small one", small.status, 200) + _expect("a large one", large.status, 413)


def _limits(visitor: Visitor, path: str, token: Callable[..., dict[str, str]]) -> list[str]:
    """One user, over one connection; another one is not concerned, and writes are counted apart."""
    statuses = visitor.many("GET", path, token("greedy"), 3 * MOST)
    problems = _expect("refused after the limit", 429 in statuses, True)
    problems += _expect("served up to the limit", statuses[:MOST].count(200), MOST)
    problems += _expect("only these two", set(statuses) - {200, 429}, set())
    problems += _expect("a write", visitor.ask("POST", path, token("greedy")).status, 200)
    return problems + _expect("another user", visitor.ask("GET", path, token("modest")).status, 200)
