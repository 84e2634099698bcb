//! What a cluster gets.
use serde_json::{Value, json};

use crate::{list, name, objects, of_kind, seconds, text};

const BASE: &str = "deploy/kubernetes/base";
const OVERLAYS: [&str; 2] = ["deploy/kubernetes/overlays/staging", "deploy/kubernetes/overlays/production"];

/// What an environment has of a kind: what all have, and what only it has.
fn deployed(overlay: &str, kind: &str) -> Vec<Value> {
    let objects = objects(BASE).into_iter().chain(objects(overlay));
    let found: Vec<Value> = objects.filter(|object| object["kind"] == kind).collect();
    assert!(!found.is_empty(), "no {kind} in {overlay}");
    found
}

/// The workloads of the services and of what runs beside them.
fn workloads() -> Vec<Value> {
    let kinds = ["Deployment", "StatefulSet", "Job"];
    objects(BASE).into_iter().filter(|object| kinds.iter().any(|kind| object["kind"] == *kind)).collect()
}

#[test]
fn pods_may_do_nothing_that_they_need_not() {
    for workload in workloads() {
        let what = name(&workload);
        let pod = &workload["spec"]["template"]["spec"];
        assert_eq!(pod["automountServiceAccountToken"], false, "{what}");
        assert_eq!(pod["enableServiceLinks"], false, "{what}");
        assert_eq!(pod["serviceAccountName"], what, "{what}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{what}");
        assert!(pod["securityContext"]["runAsUser"].as_i64().unwrap() > 0, "{what}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{what}");
        for container in list(&pod["containers"]) {
            let security = &container["securityContext"];
            assert_eq!(security["allowPrivilegeEscalation"], false, "{what}");
            assert_eq!(security["readOnlyRootFilesystem"], true, "{what}");
            assert_eq!(security["capabilities"]["drop"], json!(["ALL"]), "{what}");
        }
    }
}

#[test]
fn pods_ask_for_what_they_use() {
    for workload in workloads() {
        for container in list(&workload["spec"]["template"]["spec"]["containers"]) {
            let resources = &container["resources"];
            assert!(resources["requests"]["cpu"].is_string(), "{}", name(&workload));
            assert!(resources["requests"]["memory"].is_string(), "{}", name(&workload));
            assert_eq!(
                resources["limits"],
                json!({ "memory": resources["requests"]["memory"] }),
                "{}",
                name(&workload)
            );
        }
    }
}

#[test]
fn replicas_are_replaced_and_spread() {
    let budgets = of_kind(BASE, "PodDisruptionBudget");
    for deployment in of_kind(BASE, "Deployment") {
        let spec = &deployment["spec"];
        if spec["strategy"]["type"] == "Recreate" {
            assert_eq!(spec["replicas"], 1, "{}", name(&deployment));
        } else {
            let wanted = json!({ "maxUnavailable": 0, "maxSurge": "25%" });
            assert_eq!(spec["strategy"]["rollingUpdate"], wanted, "{}", name(&deployment));
        }
        if let Some(budget) = budgets.iter().find(|budget| name(budget) == name(&deployment)) {
            let keys = list(&spec["template"]["spec"]["topologySpreadConstraints"]).iter();
            let keys: Vec<&str> = keys.map(|each| each["topologyKey"].as_str().unwrap()).collect();
            assert_eq!(keys, ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
            assert_eq!(budget["spec"]["maxUnavailable"], 1);
            assert_eq!(budget["spec"]["unhealthyPodEvictionPolicy"], "AlwaysAllow");
        }
    }
}

#[test]
fn labels_are_the_same_everywhere_and_selectors_take_the_stable_ones() {
    for workload in workloads() {
        let labels = workload["spec"]["template"]["metadata"]["labels"].as_object().unwrap();
        let keys: Vec<&String> = labels.keys().collect();
        assert_eq!(keys, ["app.kubernetes.io/name", "app.kubernetes.io/component"], "{}", name(&workload));
        if workload["kind"] != "Job" {
            assert_eq!(workload["spec"]["selector"]["matchLabels"], json!(labels), "{}", name(&workload));
        }
    }
    for (file, added) in [(BASE, "part-of"), (BASE, "managed-by"), (OVERLAYS[0], "instance"), (OVERLAYS[1], "instance")]
    {
        let kustomization = text(&format!("{file}/kustomization.yaml"));
        assert!(kustomization.contains(&format!("app.kubernetes.io/{added}: ")), "{file}: {added}");
    }
}

#[test]
fn jobs_end_and_belong_to_nobody_else() {
    for job in of_kind(BASE, "Job") {
        assert!(job["spec"]["backoffLimit"].as_i64().unwrap() <= 3);
        assert!(job["spec"]["activeDeadlineSeconds"].is_i64());
        assert_eq!(job["spec"]["template"]["spec"]["restartPolicy"], "Never");
        assert!(job["spec"]["ttlSecondsAfterFinished"].is_null());
        assert_eq!(job["metadata"]["annotations"]["argocd.argoproj.io/hook"], "Sync");
    }
}

#[test]
fn grpc_calls_are_spread_over_the_replicas() {
    let service = of_kind(BASE, "Service")
        .into_iter()
        .find(|service| list(&service["spec"]["ports"]).iter().any(|port| port["name"] == "grpc"));
    assert_eq!(service.unwrap()["spec"]["clusterIP"], "None");
    assert!(text("pkg/grpcclient/grpcclient.go").contains(r#""loadBalancingConfig": [{"round_robin": {}}]"#));
    assert!(text("pkg/grpcserver/grpcserver.go").contains("MaxConnectionAge: 5 * time.Minute"));
}

#[test]
fn whoever_is_told_to_stop_ends_before_the_kill() {
    let kept = seconds(&text("pkg/queue/worker.go"), "ShutdownTimeout");
    assert!(seconds(&text("pkg/queue/queue.go"), "taskTimeout") < kept);
    let stopped = seconds(&text("pkg/workflow/workflow.go"), "StopTimeout");
    for (command, needs) in [("work", kept), ("workflows", stopped), ("serve", 20), ("consume", 20), ("relay", 20)] {
        let deployment = of_kind(BASE, "Deployment")
            .into_iter()
            .find(|deployment| deployment["spec"]["template"]["spec"]["containers"][0]["args"][1] == command);
        let pod = &deployment.unwrap_or_else(|| panic!("{command}"))["spec"]["template"]["spec"];
        let sleep = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_i64().unwrap_or(0);
        let grace = pod["terminationGracePeriodSeconds"].as_i64().unwrap();
        assert!(sleep + needs + 5 <= grace, "{command}: {sleep} + {needs} of {grace} seconds");
    }
}

#[test]
fn nobody_talks_unless_a_policy_says_so() {
    let all = objects("deploy/kubernetes");
    let policies: Vec<&Value> = all.iter().filter(|object| object["kind"] == "NetworkPolicy").collect();
    let closed = policies.iter().find(|policy| name(policy) == "default-deny").unwrap();
    assert_eq!(closed["spec"], json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }));
    let names = policies.iter().find(|policy| name(policy) == "allow-dns").unwrap();
    let ports = json!([{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }]);
    assert_eq!(names["spec"]["egress"][0]["ports"], ports);
    for policy in policies {
        for rule in list(&policy["spec"]["egress"]) {
            assert!(!list(&rule["to"]).is_empty() && !list(&rule["ports"]).is_empty(), "{}", name(policy));
            for block in list(&rule["to"]).iter().map(|to| &to["ipBlock"]).filter(|block| block["cidr"] == "0.0.0.0/0")
            {
                let except: Vec<&str> = list(&block["except"]).iter().filter_map(Value::as_str).collect();
                assert!(except.contains(&"169.254.0.0/16"), "{}", name(policy));
                // Operators' pods ask the API server, which has a private address.
                if list(&rule["ports"]).iter().all(|port| port["port"] != 6443) {
                    for private in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] {
                        assert!(except.contains(&private), "{}", name(policy));
                    }
                }
            }
        }
    }
}

#[test]
fn scalers_know_what_to_do_without_an_answer() {
    for overlay in OVERLAYS {
        for scaler in of_kind(overlay, "ScaledObject") {
            let what = name(&scaler);
            let spec = &scaler["spec"];
            assert!(spec["minReplicaCount"].as_i64().unwrap() >= 1, "{what}");
            let down = &spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"];
            assert!(down["stabilizationWindowSeconds"].as_i64().unwrap() >= 300, "{what}");
            let triggers = list(&spec["triggers"]);
            let measured = triggers.iter().any(|trigger| trigger["type"] == "cpu");
            assert_eq!(spec["fallback"].is_null(), measured, "{what}: KEDA has no fallback beside CPU");
            for trigger in triggers.iter().filter(|trigger| trigger["type"] == "prometheus") {
                assert_eq!(trigger["metadata"]["ignoreNullValues"], "false", "{what}");
            }
        }
    }
}

#[test]
fn scalers_ask_for_what_the_services_use() {
    for overlay in OVERLAYS {
        let topics = deployed(overlay, "KafkaTopic");
        for scaler in of_kind(overlay, "ScaledObject") {
            let unit = scaler["metadata"]["labels"]["app.kubernetes.io/name"].as_str().unwrap();
            for trigger in list(&scaler["spec"]["triggers"]) {
                let asked = &trigger["metadata"];
                match trigger["type"].as_str().unwrap() {
                    "kafka" => {
                        let topic = topics.iter().find(|topic| name(topic) == asked["topic"]).unwrap();
                        let most = scaler["spec"]["maxReplicaCount"].as_i64();
                        assert!(most <= topic["spec"]["partitions"].as_i64(), "{unit}");
                    }
                    "redis" => {
                        let key = asked["listName"].as_str().unwrap();
                        let queue = key.strip_prefix("asynq:{").unwrap().strip_suffix("}:pending").unwrap();
                        let tasks = text(&format!("services/{unit}/internal/adapters/tasks/tasks.go"));
                        assert!(tasks.contains(&format!("\"{queue}\",")), "{queue}");
                    }
                    "temporal" => {
                        let queue = asked["taskQueue"].as_str().unwrap();
                        let runs = text(&format!("services/{unit}/internal/adapters/runs/workflows.go"));
                        assert!(runs.contains(&format!("TaskQueue = \"{queue}\"")), "{queue}");
                    }
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn events_outlive_a_broker() {
    for overlay in OVERLAYS {
        let config = &deployed(overlay, "Kafka")[0]["spec"]["kafka"]["config"];
        assert_eq!(config["auto.create.topics.enable"], false);
        let copies = config["default.replication.factor"].as_i64().unwrap();
        assert!(config["min.insync.replicas"].as_i64().unwrap() < copies);
        for topic in deployed(overlay, "KafkaTopic") {
            assert_eq!(topic["spec"]["replicas"].as_i64().unwrap(), copies, "{}", name(&topic));
        }
    }
    assert!(text("pkg/kafka/kafka.go").contains("kgo.RequiredAcks(kgo.AllISRAcks())"));
}

/// What is put back from a dead topic on its last day stays in its first topic for that one's time, and is known even then.
#[test]
fn an_inbox_remembers_for_longer_than_topics_keep() {
    let inbox = text("pkg/inbox/inbox.go");
    let kept = inbox.split("Keep = ").nth(1).and_then(|rest| rest.split(" * 24 * time.Hour").next());
    let kept = kept.unwrap().parse::<i64>().unwrap() * 24 * 3_600_000;
    for overlay in OVERLAYS {
        let longest = |dead: bool| {
            let topics = deployed(overlay, "KafkaTopic");
            let chosen = topics.iter().filter(|topic| name(topic).ends_with(".dlq") == dead);
            chosen.map(|topic| topic["spec"]["config"]["retention.ms"].as_i64().unwrap()).max().unwrap()
        };
        assert!(kept > longest(true) + longest(false), "{overlay}: the inbox forgets after {kept} ms");
    }
}

#[test]
fn the_log_kept_for_a_slot_has_a_bound_and_an_alert() {
    for overlay in OVERLAYS {
        let clusters = deployed(overlay, "Cluster");
        let logical = clusters.iter().filter(|cluster| !cluster["spec"]["replicationSlots"].is_null());
        let bounds: Vec<&Value> =
            logical.map(|cluster| &cluster["spec"]["postgresql"]["parameters"]["max_slot_wal_keep_size"]).collect();
        assert!(!bounds.is_empty() && bounds.iter().all(|bound| bound.is_string()), "{bounds:?}");
        let alerts = text(&format!("{overlay}/alerts.yaml"));
        assert!(
            alerts.contains("outbox_retained_bytes{")
                && alerts.contains("absent(outbox_last_advance_timestamp_seconds{")
        );
    }
    assert!(text("compose.yaml").contains("max_slot_wal_keep_size="));
    assert!(text("docs/runbooks.md").contains("pg_drop_replication_slot"));
}

#[test]
fn the_broker_keeps_what_it_was_given() {
    let broker = of_kind(BASE, "StatefulSet").remove(0);
    let arguments = list(&broker["spec"]["template"]["spec"]["containers"][0]["args"]).iter();
    let arguments: Vec<&str> = arguments.map(|argument| argument.as_str().unwrap()).collect();
    for pair in [["--maxmemory-policy", "noeviction"], ["--appendonly", "yes"]] {
        assert!(arguments.windows(2).any(|found| found == pair), "{pair:?}");
    }
    assert!(!arguments.contains(&"--cluster-enabled"));
    assert_eq!(broker["spec"]["replicas"], 1);
}

#[test]
fn who_reads_a_secret_is_started_anew_when_it_changes() {
    let mut readers = 0;
    for workload in workloads().iter().filter(|workload| workload["kind"] != "Job") {
        let pod = &workload["spec"]["template"]["spec"];
        if pod["containers"].to_string().contains("secretKeyRef") {
            let asked = &workload["metadata"]["annotations"]["secret.reloader.stakater.com/auto"];
            assert_eq!(asked, "true", "{}", name(workload));
            readers += 1;
        }
    }
    assert!(readers > 3, "{readers}");
    let operator = text("deploy/argocd/bootstrap/reloader.yaml");
    assert!(operator.contains("reloadStrategy: annotations"), "Argo CD would undo a variable");
}
