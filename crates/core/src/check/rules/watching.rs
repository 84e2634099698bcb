//! Rules about what watches the stack and what runs by the clock: scrapes, alerts, schedules, backups.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Labels, Object, find, selects};
use crate::check::node::Node;
use crate::check::{Rule, Severity, Sink};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R104",
        title: "Schedules can be read by whoever keeps them",
        severity: Severity::Error,
        why: "What is scheduled is refused, or runs at another time than anybody thinks.",
        example: "deploy/kubernetes/base/reports.yaml:9: CronJob `reports` is scheduled `0 25 * * *`: the hour 25 is not within 0-23",
        yields_to: &[],
        run: schedules,
    },
    Rule {
        id: "R118",
        title: "What is backed up exists",
        severity: Severity::Error,
        why: "A backup of a database of another name is made by nobody, and missed only when it is needed.",
        example: "deploy/kubernetes/overlays/production/database.yaml:60: ScheduledBackup `nightly` is about the Cluster `databases`, which does not exist",
        yields_to: &[],
        run: backups,
    },
    Rule {
        id: "R130",
        title: "What is scraped exists and serves the port",
        severity: Severity::Error,
        why: "A scrape that selects nothing is no error anywhere: the graphs stay empty.",
        example: "deploy/kubernetes/base/metrics.yaml:12: PodMonitor `api` scrapes the port `metric`, which no selected container has",
        yields_to: &[],
        run: scrapes,
    },
    Rule {
        id: "R132",
        title: "Every alert says how bad it is, what happened and what to do",
        severity: Severity::Error,
        why: "At night a name alone helps nobody; a page that does not exist helps even less.",
        example: "deploy/kubernetes/base/alerts.yaml:14: the alert `QueueGrows` has no `runbook_url`",
        yields_to: &[],
        run: alerts,
    },
];

/// All rendered objects, with what they are rendered together with.
fn all<'f>(facts: &'f Facts) -> impl Iterator<Item = (&'f Object, &'f [Object])> {
    let inside = facts.overlays.iter().map(|overlay: &Overlay| overlay.objects.as_slice());
    inside
        .chain(facts.others.values().map(Vec::as_slice))
        .flat_map(|objects| objects.iter().map(move |object| (object, objects)))
}

/// The fields of a schedule: name, lowest, highest, and the words that stand for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 6] = [
    ("second", 0, 59, &[]),
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day", 1, 31, &[]),
    ("month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    ("weekday", 0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Why nobody can read a schedule of so many fields, if so.
fn unreadable(schedule: &str, count: usize) -> Option<String> {
    const MACROS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    if MACROS.contains(&schedule) || schedule.starts_with("@every ") {
        return None;
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != count {
        return Some(format!("it has {} fields instead of {count}", fields.len()));
    }
    fields.iter().zip(&FIELDS[FIELDS.len() - count..]).find_map(|(field, (name, low, high, words))| {
        let number = |text: &str| {
            let word = words.iter().position(|word| text.eq_ignore_ascii_case(word));
            // The first month is 1, the first day of the week 0.
            word.and_then(|at| u32::try_from(at).ok()).map(|at| at + low).or_else(|| text.parse().ok())
        };
        let fits = |text: &str| text == "*" || text == "?" || number(text).is_some_and(|n| (*low..=*high).contains(&n));
        field.split(',').find_map(|part| {
            let (range, step) = part.split_once('/').unwrap_or((part, "1"));
            let ends: Vec<&str> = range.split('-').collect();
            let right = ends.len() <= 2 && step.parse::<u32>().is_ok_and(|step| step > 0);
            let wrong = ends.iter().find(|end| !fits(end)).copied();
            match wrong {
                Some(end) => Some(format!("the {name} {end} is not within {low}-{high}")),
                None => (!right).then(|| format!("`{part}` is no {name}")),
            }
        })
    })
}

fn schedules(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    let mut judge = |node: &Node, key: &str, count: usize, what: String| {
        let Some((at, text)) = node.entry(key).and_then(|entry| Some((entry.value.at, entry.value.str()?))) else {
            return;
        };
        any = true;
        if let Some(why) = unreadable(text, count) {
            out.at(at, format!("{what} is scheduled `{text}`: {why}"));
        }
    };
    for (object, _) in all(facts) {
        let Some(spec) = object.node.get("spec") else { continue };
        match (object.group(), object.kind.as_str()) {
            ("batch", "CronJob") => judge(spec, "schedule", 5, object.what()),
            ("postgresql.cnpg.io", "ScheduledBackup") => judge(spec, "schedule", 6, object.what()),
            _ => {}
        }
    }
    for (_, workflow) in facts.workflows() {
        for entry in workflow.list_at(&["on", "schedule"]) {
            judge(entry, "cron", 5, "the workflow".to_owned());
        }
    }
    if !any {
        out.skip("nothing runs by the clock");
    }
}

fn backups(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for (object, together) in all(facts) {
        if object.group() != "postgresql.cnpg.io" || !matches!(object.kind.as_str(), "ScheduledBackup" | "Backup") {
            continue;
        }
        any = true;
        let of = ["spec", "cluster", "name"];
        let name = object.node.text_at(&of).unwrap_or_default();
        if find(together, "Cluster", name).is_none() {
            let message = format!("{} is about the Cluster `{name}`, which does not exist", object.what());
            out.at(object.node.place(&of), message);
        }
    }
    if !any {
        out.skip("nothing is backed up");
    }
}

/// Where a scrape of that kind lists its ports, and whether it selects pods.
fn endpoints(kind: &str) -> Option<(&'static str, bool)> {
    Some(match kind {
        "PodMonitor" | "VMPodScrape" => ("podMetricsEndpoints", true),
        "VMServiceScrape" | "ServiceMonitor" => ("endpoints", false),
        _ => return None,
    })
}

fn scrapes(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        for scrape in &overlay.objects {
            let Some((list, pods)) = endpoints(&scrape.kind) else { continue };
            let Some(selector) = scrape.node.path(&["spec", "selector"]) else { continue };
            // What is in other namespaces, operators' pods too, may be made by somebody else.
            if scrape.node.path(&["spec", "namespaceSelector"]).is_some() {
                continue;
            }
            any = true;
            let ports: Vec<&str> = if pods { pod_ports(overlay, selector) } else { service_ports(overlay, selector) };
            if ports.is_empty() && made_by_others(overlay, selector) {
                continue;
            }
            if ports.is_empty() {
                out.at(selector.at, format!("{} selects nothing that has a port with a name", scrape.what()));
                continue;
            }
            for endpoint in scrape.node.list_at(&["spec", list]) {
                let Some(port) = endpoint.text_at(&["port"]).filter(|port| !ports.contains(port)) else { continue };
                let holder = if pods { "no selected container" } else { "no selected Service" };
                let message = format!("{} scrapes the port `{port}`, which {holder} has", scrape.what());
                out.at(endpoint.place(&["port"]), message);
            }
        }
    }
    if !any {
        out.skip("nothing is scraped");
    }
}

/// Whether a selector is about what an operator makes: it holds the name of a custom resource.
fn made_by_others(overlay: &Overlay, selector: &Node) -> bool {
    let names = selector.entries_at(&["matchLabels"]).iter().filter_map(|entry| entry.value.str()).collect::<Vec<_>>();
    overlay.objects.iter().any(|object| {
        // The groups of Kubernetes itself are short words or end in k8s.io; scrapes make nothing.
        let custom = object.group().contains('.') && !object.group().ends_with("k8s.io");
        custom && endpoints(&object.kind).is_none() && names.contains(&object.name.as_str())
    })
}

fn pod_ports<'o>(overlay: &'o Overlay, selector: &Node) -> Vec<&'o str> {
    let selected =
        overlay.objects.iter().filter(|object| object.pod().is_some() && selects(selector, &object.pod_labels()));
    let ports = selected.flat_map(Object::containers).flat_map(|container| container.list_at(&["ports"]));
    ports.filter_map(|port| port.text_at(&["name"])).collect()
}

fn service_ports<'o>(overlay: &'o Overlay, selector: &Node) -> Vec<&'o str> {
    let services = overlay.objects.iter().filter(|object| object.kind == "Service");
    let selected =
        services.filter(|service| selects(selector, &Labels::of(service.node.path(&["metadata", "labels"]))));
    selected
        .flat_map(|service| service.node.list_at(&["spec", "ports"]))
        .filter_map(|port| port.text_at(&["name"]))
        .collect()
}

fn alerts(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for (object, _) in all(facts).filter(|(object, _)| matches!(object.kind.as_str(), "PrometheusRule" | "VMRule")) {
        let rules = object.node.list_at(&["spec", "groups"]).iter().flat_map(|group| group.list_at(&["rules"]));
        for rule in rules {
            let Some(name) = rule.text_at(&["alert"]) else { continue };
            any = true;
            for (under, key) in [("labels", "severity"), ("annotations", "summary"), ("annotations", "runbook_url")] {
                if rule.text_at(&[under, key]).unwrap_or_default().is_empty() {
                    out.at(rule.place(&["alert"]), format!("the alert `{name}` has no `{key}`"));
                }
            }
            let runbook = ["annotations", "runbook_url"];
            if let Some(why) = rule.text_at(&runbook).and_then(|address| lost(facts, address)) {
                out.at(rule.place(&runbook), format!("the runbook of `{name}` leads nowhere: {why}"));
            }
        }
    }
    if !any {
        out.skip("there is no alert");
    }
}

/// Why an address leads to no page of this repository, if it should lead to one.
fn lost(facts: &Facts, address: &str) -> Option<String> {
    let home = facts.stack.project.repository.trim_end_matches(".git");
    let inside = address.strip_prefix(home)?;
    let (path, anchor) = inside.split_once('#').unwrap_or((inside, ""));
    let page = facts.markdown.iter().find(|page| path.ends_with(&format!("/{}", page.path)));
    match page {
        None => Some(format!("`{path}` is no page of this repository")),
        Some(page) if !anchor.is_empty() && !page.anchors.contains(anchor) => {
            Some(format!("`{}` has no heading `#{anchor}`", page.path))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::unreadable;

    #[test]
    fn schedules_are_read_as_their_keepers_do() {
        for (schedule, count) in
            [("*/5 * * * *", 5), ("0 0 3 * * *", 6), ("0 8-18/2 1,15 JAN-MAR Mon", 5), ("@daily", 5)]
        {
            assert_eq!(unreadable(schedule, count), None, "{schedule}");
        }
        for (schedule, count, why) in [
            ("0 0 3 * * *", 5, "it has 6 fields instead of 5"),
            ("0 25 * * *", 5, "the hour 25 is not within 0-23"),
            ("*/0 * * * *", 5, "`*/0` is no minute"),
            ("0 0 * * funday", 5, "the weekday funday is not within 0-7"),
        ] {
            assert_eq!(unreadable(schedule, count).as_deref(), Some(why), "{schedule}");
        }
    }
}
