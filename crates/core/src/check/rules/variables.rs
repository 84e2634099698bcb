//! Rules about the contract of variables.
use crate::check::facts::Facts;
use crate::check::kubernetes::find;
use crate::check::running::{Given, GivenValue, Running, expected, interpolated, url_address};
use crate::check::{Run, Sink};
use crate::diagnostic::did_you_mean;
use crate::stack::{Value, Variable, VariableType};

pub(super) const RULES: &[(&str, Run)] =
    &[("R010", missing), ("R016", unknown), ("R017", typed), ("R018", hosts), ("R019", secrets), ("R127", addresses)];

fn any(facts: &Facts, out: &mut Sink) {
    out.skip_if(facts.running.is_empty(), "nothing runs a process of the stack");
}

fn given<'r>(running: &'r Running, name: &str) -> Option<&'r Given> {
    running.variables.iter().find(|given| given.name == name)
}

fn missing(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for running in facts.running.iter().filter(|running| !running.opaque) {
        let Some((unit, process)) = running.process(facts.stack) else { continue };
        for (variable, _) in expected(facts.stack, unit, process, running.environment(facts.stack)) {
            if given(running, &variable.name).is_none() {
                let place = if running.compose {
                    String::new()
                } else {
                    format!(" in {}", running.environment(facts.stack).name)
                };
                out.at(running.variables_at, format!("{} is not given `{}`{place}", running.what, variable.name))
                    .hint(format!("it means: {}", variable.help));
            }
        }
    }
}

fn unknown(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for running in &facts.running {
        let Some((unit, _)) = running.process(facts.stack) else { continue };
        let known: Vec<&str> = facts.stack.variables_of(&unit.name).map(|variable| variable.name.as_str()).collect();
        if known.is_empty() && unit.directory().is_none() {
            continue;
        }
        for given in running.variables.iter().filter(|given| !known.contains(&given.name.as_str())) {
            let help = did_you_mean(&given.name, known.iter().copied());
            let message = format!("`{}` is given `{}`, which is not in the contract", unit.name, given.name);
            let otherwise = || "remove it, or declare it in stackwright.yaml".to_owned();
            out.at(given.at, message).hint(help.unwrap_or_else(otherwise));
        }
    }
}

/// The variable of the contract that is given.
fn contract<'f>(facts: &'f Facts, running: &Running, given: &Given) -> Option<&'f Variable> {
    let (unit, _) = running.process(facts.stack)?;
    facts.stack.variables_of(&unit.name).find(|variable| variable.name == given.name)
}

fn typed(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for running in &facts.running {
        for given in &running.variables {
            let GivenValue::Text(text) = &given.value else { continue };
            let Some(variable) = contract(facts, running, given) else { continue };
            let text = if running.compose { interpolated(text) } else { text.clone() };
            // An empty text means "not set"; whether that is allowed is a matter of the program.
            if let Some(wanted) = mismatch(variable.kind, &text).filter(|_| !text.is_empty()) {
                out.at(given.at, format!("`{}` is `{text}`, and the contract says {wanted}", given.name));
            }
        }
    }
}

fn mismatch(kind: VariableType, text: &str) -> Option<&'static str> {
    let (fits, wanted) = match kind {
        VariableType::String | VariableType::List => (true, ""),
        VariableType::Integer => (text.parse::<i64>().is_ok(), "a whole number"),
        VariableType::Number => (text.parse::<f64>().is_ok(), "a number"),
        VariableType::Boolean => (matches!(text, "true" | "false"), "`true` or `false`"),
        VariableType::Url => (text.contains("://"), "an absolute URL"),
        VariableType::Duration => (text.parse::<u64>().is_ok(), "whole seconds"),
    };
    (!fits).then_some(wanted)
}

fn hosts(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for running in &facts.running {
        let environment = running.environment(facts.stack);
        for given in &running.variables {
            let GivenValue::Text(text) = &given.value else { continue };
            let text = if running.compose { interpolated(text) } else { text.clone() };
            for part in text.split(',') {
                let Some((host, port)) = url_address(part) else { continue };
                let outside = host.contains('.') && !host.ends_with(".svc") && !host.contains(".svc.");
                if host == environment.host || host == "localhost" || host == "127.0.0.1" || outside {
                    continue;
                }
                let mut names = host.split('.');
                let name = names.next().unwrap_or_default();
                let ports =
                    if running.compose { compose_ports(facts, name) } else { service_ports(facts, running, name) };
                let owner = running.process(facts.stack).map_or(&running.name[..], |(unit, _)| unit.name.as_str());
                let what = format!("`{}` of `{owner}`", given.name);
                match (ports, port) {
                    (None, _) => {
                        let kind = if running.compose { "no service" } else { "no Service of the namespace" };
                        out.at(given.at, format!("{what} leads to `{name}`, which is {kind}"));
                    }
                    (Some(ports), Some(port)) if !ports.is_empty() && !ports.contains(&i64::from(port)) => {
                        let shown: Vec<String> = ports.iter().map(i64::to_string).collect();
                        let shown = shown.join(", ");
                        out.at(given.at, format!("{what} leads to port {port} of `{name}`, which serves {shown}"));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The ports of a Compose service; none are known of one that is written by hand.
fn compose_ports(facts: &Facts, name: &str) -> Option<Vec<i64>> {
    facts.compose.as_ref()?.service(name)?;
    let served = facts.stack.process(name).map_or_else(Vec::new, |(unit, process)| {
        let endpoints = process.serves.iter().filter_map(|name| unit.endpoint(name));
        endpoints.map(|endpoint| i64::from(endpoint.port)).collect()
    });
    Some(served)
}

fn service_ports(facts: &Facts, running: &Running, name: &str) -> Option<Vec<i64>> {
    let overlay = facts.overlays.iter().find(|overlay| overlay.environment == running.environment)?;
    if let Some(service) = find(&overlay.objects, "Service", name) {
        let ports = service.node.list_at(&["spec", "ports"]).iter();
        return Some(ports.filter_map(|port| port.get("port")?.int()).collect());
    }
    // An operator makes the Services of what it runs, under names of its own.
    let operated = overlay
        .objects
        .iter()
        .any(|object| object.template().is_none() && facts.operated(object) && name.starts_with(object.name.as_str()));
    operated.then(Vec::new)
}

fn secrets(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for running in &facts.running {
        let Some((unit, process)) = running.process(facts.stack) else { continue };
        let environment = running.environment(facts.stack);
        for (variable, value) in expected(facts.stack, unit, process, environment) {
            let Some(given) = given(running, &variable.name) else { continue };
            let Value::Stored { secret: wanted, key: wanted_key } = value else { continue };
            let what = format!("`{}` of {}", variable.name, running.what);
            match &given.value {
                GivenValue::Secret { secret, key } if secret == wanted && key == wanted_key => {}
                GivenValue::Secret { secret, key } => {
                    let message =
                        format!("{what} comes from `{secret}`/`{key}`, the stack says `{wanted}`/`{wanted_key}`");
                    out.at(given.at, message);
                }
                GivenValue::Text(_) | GivenValue::Runtime => {
                    out.at(given.at, format!("{what} is written here, and it is a secret"))
                        .hint(format!("take it from the key `{wanted_key}` of the secret `{wanted}`"));
                }
            }
        }
    }
}

fn addresses(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for running in facts.running.iter().filter(|running| !running.compose) {
        let Some((unit, process)) = running.process(facts.stack) else { continue };
        let environment = running.environment(facts.stack);
        for (variable, value) in expected(facts.stack, unit, process, environment) {
            let holds = value.plain().is_some_and(|text| text.contains(&environment.host));
            let Some(given) = given(running, &variable.name).filter(|_| holds) else { continue };
            if let GivenValue::Text(text) = &given.value
                && !text.contains(&environment.host)
            {
                let message = format!("`{}` is `{text}` and does not hold {}", variable.name, environment.host);
                out.at(given.at, message).hint("use the environment's own address");
            }
        }
    }
}
