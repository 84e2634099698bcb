//! The services: their images, and what is measured, logged, loaded and promised of them.
use std::collections::BTreeSet;

use crate::{files, of_kind, text};

#[test]
fn images_are_small_and_know_their_release() {
    for (name, dockerfile) in files("services", "Dockerfile") {
        for wanted in [
            "CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH",
            "go build -trimpath -ldflags=\"-s -w\"",
            "RUN --mount=type=cache,target=/root/.cache",
            "ENV RELEASE=$RELEASE",
            "USER 65532:65532",
        ] {
            assert!(dockerfile.contains(wanted), "{name}: {wanted}");
        }
        let last = dockerfile.lines().rfind(|line| line.starts_with("FROM ")).unwrap();
        assert!(last.starts_with("FROM gcr.io/distroless/static-debian13:nonroot"), "{name}: {last}");
        let at = |line: &str| dockerfile.find(line).unwrap_or_else(|| panic!("{name}: {line}"));
        assert!(at("COPY go.mod go.sum ./") < at("RUN go mod download"));
        assert!(at("RUN go mod download") < at("COPY services/"));
        assert!(dockerfile.lines().filter(|line| line.starts_with("FROM ")).all(|line| line.contains(" AS ")));
    }
    let ignored = text(".dockerignore");
    for wanted in [".git", ".env*", "deploy"] {
        assert!(ignored.lines().any(|line| line == wanted), "{wanted}");
    }
}

#[test]
fn nothing_is_for_one_kind_of_processor() {
    for (name, dockerfile) in files("services", "Dockerfile") {
        let stages: Vec<&str> = dockerfile.lines().filter(|line| line.starts_with("FROM ")).collect();
        let (last, building) = stages.split_last().unwrap();
        assert!(!last.contains("--platform"), "{name}: {last}");
        // What builds runs where the builder does, and compiles for the other.
        for stage in building.iter().filter(|stage| stage.contains('/') || stage.contains(':')) {
            assert!(stage.contains("--platform=$BUILDPLATFORM"), "{name}: {stage}");
        }
    }
    for (name, text) in files("", ".yaml") {
        // CI states for which processor it builds; a word there changes it.
        let lines = || text.lines().filter(|line| !line.trim().starts_with("platforms: "));
        for word in ["amd64", "arm64", "kubernetes.io/arch", "platform:"] {
            assert!(lines().all(|line| !line.contains(word)), "{name}: {word}");
        }
    }
}

#[test]
fn own_tests_are_shuffled_covered_and_never_skipped() {
    let scripts = files("services", "test.sh");
    assert!(!scripts.is_empty());
    for (name, script) in scripts {
        for wanted in ["go test -race -shuffle=on -coverpkg=", "least=85", "exit covered < least"] {
            assert!(script.contains(wanted), "{name}: {wanted}");
        }
    }
    for (name, code) in files("", "_test.go").into_iter().chain(files("", "postgrestest.go")) {
        assert!(!code.contains(".Skip("), "{name}");
    }
}

#[test]
fn compose_names_no_container_and_no_version() {
    for (name, compose) in files("", ".yaml").into_iter().filter(|(name, _)| name.ends_with("compose.yaml")) {
        assert!(!compose.contains("container_name:"), "{name}");
        assert!(!compose.lines().any(|line| line.starts_with("version:")), "{name}");
    }
}

/// The names of metrics that an expression selects: a word directly before `{`.
fn measured(expression: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let ends = expression.match_indices('{').map(|(at, _)| &expression[..at]);
    ends.map(|before| before.rsplit(|c| !word(c)).next().unwrap().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn what_is_asked_for_is_measured() {
    let code: String = files("", ".go").into_iter().map(|(_, text)| text).collect();
    let mut asked = BTreeSet::new();
    for file in ["overlays/production/alerts", "overlays/production/autoscaling", "base/dashboard"] {
        let text = text(&format!("deploy/kubernetes/{file}.yaml"));
        // Neither templates of legends nor keys of Redis are metrics.
        let lines = text.lines().filter(|line| line.contains("expr") || line.contains("query: "));
        asked.extend(lines.flat_map(|line| measured(&line.replace("{{", ""))));
    }
    assert!(asked.len() > 20, "{asked:?}");
    // What the store of metrics, CloudNativePG and the libraries of instrumentation make by themselves.
    for given in [
        "up",
        "ALERTS",
        "cnpg_collector_last_available_backup_timestamp",
        "http_server_request_duration_seconds_bucket",
        "http_server_request_duration_seconds_count",
        "rpc_server_call_duration_seconds_bucket",
        "rpc_server_call_duration_seconds_count",
        "pgxpool_acquired_connections",
        "pgxpool_max_connections",
        "temporal_workflow_completed_total",
        "temporal_workflow_failed_total",
        "temporal_activity_execution_failed_total",
        "temporal_activity_execution_latency_seconds_bucket",
        "temporal_activity_execution_latency_seconds_count",
    ] {
        asked.remove(given);
    }
    for metric in asked {
        let instrument =
            ["_bucket", "_count", "_sum"].iter().find_map(|end| metric.strip_suffix(end)).unwrap_or(&metric);
        assert!(code.contains(&format!("\"{instrument}\"")), "nothing measures {metric}");
    }
}

#[test]
fn alerts_tell_of_demand_errors_duration_and_backlog() {
    let alerts = text("deploy/kubernetes/overlays/production/alerts.yaml");
    let cluster = text("deploy/argocd/clusters/production/alerts.yaml");
    let tests = text("observability/metrics/rules_test.yaml");
    for alert in [
        "ProcessGone",
        "RequestsFail",
        "RequestsSlow",
        "CallsFail",
        "CallsSlow",
        "PoolExhausted",
        "QueueUnknown",
        "QueueLate",
        "EventsBehind",
        "EventsBlocked",
        "OutboxStuck",
        "OutboxFillsDisk",
        "OutboxLost",
        "WorkflowsFail",
        "BackupOld",
    ] {
        assert!(alerts.contains(&format!("alert: {alert}\n")), "{alert}");
        assert!(tests.contains(alert), "no test of {alert}");
    }
    for alert in ["DeliveryDegraded", "CertificateExpires", "DiskFills"] {
        assert!(cluster.contains(&format!("alert: {alert}\n")), "{alert}");
    }
    assert!(alerts.contains("absent(queue_tasks{"));
    // A state: a counter of failures stands still while nothing moves.
    assert!(alerts.contains("max_over_time(consumer_blocked{"));
}

#[test]
fn logs_have_few_labels_and_an_end() {
    let cluster = text("deploy/argocd/bootstrap/loki.yaml");
    for (name, pipeline) in [("cluster", cluster.clone()), ("local", text("observability/logs/config.alloy"))] {
        for label in ["pod", "container", "trace_id", "request_id"] {
            assert!(!pipeline.contains(&format!("target_label  = \"{label}\"")), "{name}: {label}");
        }
    }
    assert!(cluster.contains("retention_period: 336h") && cluster.contains("retention_enabled: true"));
    assert!(text("observability/logs/loki.yaml").contains("retention_period:"));
}

#[test]
fn load_is_put_on_routes_and_can_fail() {
    let stack = text("stackwright.yaml");
    let routes: Vec<&str> = stack.lines().filter_map(|line| line.strip_prefix("  - path: ")).collect();
    for (name, script) in files("load", ".js") {
        let used: Vec<&str> = script.split("${BASE_URL}").skip(1).collect();
        assert!(!used.is_empty(), "{name}");
        for path in used {
            assert!(routes.iter().any(|route| path.starts_with(route)), "{name}: {}", &path[..20]);
        }
        for wanted in [
            "checks: [\"rate>",
            "http_req_failed: [\"rate<",
            "p(95)<",
            "__ENV.BASE_URL",
            "__ENV.TOKEN",
            "is production",
        ] {
            assert!(script.contains(wanted), "{name}: {wanted}");
        }
    }
}

#[test]
fn the_names_of_an_outbox_are_made_in_one_place() {
    let mut places = BTreeSet::new();
    for extension in [".go", ".yaml", ".sql", ".md", ".js"] {
        places.extend(
            files("", extension).into_iter().filter(|(_, text)| text.contains("_outbox\"")).map(|(name, _)| name),
        );
    }
    places.retain(|name| !name.ends_with("_test.go"));
    assert_eq!(places.into_iter().collect::<Vec<_>>(), ["pkg/outbox/install.go"]);
}

#[test]
fn nothing_is_promised_to_happen_exactly_once() {
    let mut said = false;
    for extension in [".go", ".md", ".yaml", ".proto", ".js"] {
        for (name, text) in files("", extension) {
            let text = text.to_lowercase().replace(['-', '\n'], " ");
            // What the article says is quoted there, beside what was made of it.
            if name != "docs/from-article.md" {
                assert!(!text.contains("exactly once"), "{name}");
            }
            said |= text.contains("at least once");
        }
    }
    assert!(said);
}

#[test]
fn nothing_but_the_services_is_routed() {
    for route in of_kind("deploy/kubernetes", "HTTPRoute") {
        for rule in crate::list(&route["spec"]["rules"]) {
            for backend in crate::list(&rule["backendRefs"]) {
                let service = backend["name"].as_str().unwrap();
                assert!(crate::root().join("services").join(service).is_dir(), "{service}");
                assert_ne!(backend["port"], 9090, "{service}: metrics and probes are not for visitors");
            }
        }
    }
}
