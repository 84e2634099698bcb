//! Processes and endpoints of every unit.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Run;
use super::draft::{Draft, DraftUnit};
use super::probes::probes;
use super::quantity::{cpu, memory};
use crate::blueprint::dynamic;
use crate::catalog::{CommandSpec, EndpointSpec, ProcessSpec, ScaleSpec};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Context;
use crate::stack::{Endpoint, Mount, Name, Params, Process, Project, Resources, Role, Scale, Signal};

/// Seconds between the order to stop and the moment when no new work arrives any more.
const BEFORE_STOP: u32 = 5;
/// Seconds between the end of a drain and the kill.
const MARGIN: u32 = 5;
/// The user that processes run as unless their component says otherwise: `nonroot` of distroless images.
const NOBODY: u32 = 65_532;

pub(super) type Step<T> = Result<T, Box<Diagnostic>>;

/// Adds endpoints and processes to the units.
pub(super) fn add(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let project = draft.project.clone();
    for unit in &mut draft.units {
        if let Err(problem) = add_to(run, unit, &project) {
            problems.push(run.place.mark(*problem, "units", &unit.spec.name, &["component"]));
        }
    }
    problems.into_result(())
}

fn add_to(run: &Run, draft: &mut DraftUnit, project: &Project) -> Step<()> {
    let component = std::sync::Arc::clone(&draft.component);
    let features = draft.features.clone();
    let params = &draft.unit.params.clone();
    let own = Maker { run, project, unit: &draft.unit.name.clone(), service: params, params };
    own.endpoints(&component.endpoints, draft)?;
    own.processes(&component.processes, draft)?;
    for (_, params, added) in &features {
        let maker = Maker { params, ..own };
        maker.endpoints(&added.endpoints, draft)?;
        maker.processes(&added.processes, draft)?;
        for process in &mut draft.unit.processes {
            let name = process.name.as_str();
            let pattern = |wanted: &str| wanted == name || wanted == "*" || name.starts_with(&format!("{wanted}-"));
            for (_, endpoints) in added.serves.iter().filter(|(wanted, _)| pattern(wanted)) {
                let further = endpoints.iter().filter(|endpoint| !process.serves.contains(endpoint));
                process.serves.extend(further.cloned().collect::<Vec<_>>());
            }
            for path in added.scratch.iter().filter(|path| !process.scratch.contains(path)).collect::<Vec<_>>() {
                process.scratch.push(path.clone());
            }
        }
    }
    for process in &mut draft.unit.processes {
        process.user = component.user.unwrap_or(NOBODY);
    }
    let known: Vec<String> = draft.unit.endpoints.iter().map(|endpoint| endpoint.name.clone()).collect();
    for process in &mut draft.unit.processes {
        process.serves.retain(|endpoint| known.contains(endpoint));
    }
    draft.unit.processes.sort_by(|a, b| a.name.cmp(&b.name));
    if draft.unit.processes.is_empty() {
        let unit = &draft.unit.name;
        let problem = Diagnostic::error(format!("unit `{unit}` has no process: nothing of it would ever run"));
        return Err(Box::new(problem.help(format!("`stackwright show {}` says when it has which", component.id))));
    }
    identify(draft)
}

/// Gives each process its name in the stack: the unit's own name to the one that others talk to.
fn identify(draft: &mut DraftUnit) -> Step<()> {
    let unit = draft.unit.name.clone();
    let processes = &mut draft.unit.processes;
    let speaks = |process: &Process| matches!(process.role, Role::Web | Role::Grpc | Role::Server);
    let main = processes.iter().position(speaks).or_else(|| processes.iter().position(Process::long_running));
    for (at, process) in processes.iter_mut().enumerate() {
        if Some(at) == main {
            process.id = unit.clone();
        } else {
            process.id = Name::new(format!("{unit}-{}", process.name)).map_err(|error| {
                Box::new(
                    Diagnostic::error(format!("process `{}` of `{unit}`: {error}", process.name))
                        .help("choose a shorter name for the unit or the item"),
                )
            })?;
        }
    }
    Ok(())
}

/// Makes the processes of one component or feature.
#[derive(Clone, Copy)]
struct Maker<'a> {
    run: &'a Run<'a>,
    project: &'a Project,
    unit: &'a Name,
    /// The unit's own, which a feature's processes may depend on.
    service: &'a Params,
    params: &'a Params,
}

impl Maker<'_> {
    fn context(&self, item: Option<&Value>) -> Context {
        let mut context = json!({
            "project": self.project, "unit": { "name": self.unit, "params": self.service }, "params": self.params,
            "base": self.run.base(self.unit),
        });
        if let (Some(item), Some(map)) = (item, context.as_object_mut()) {
            map.insert("item".into(), item.clone());
        }
        dynamic(context)
    }

    fn label(&self, what: &str) -> String {
        format!("unit `{}`, {what}", self.unit)
    }

    fn holds(&self, when: Option<&String>, what: &str, context: &Context) -> Step<bool> {
        when.map_or(Ok(true), |when| self.run.engine.holds(&self.label(what), when, context))
    }

    fn endpoints(&self, specs: &std::collections::BTreeMap<String, EndpointSpec>, draft: &mut DraftUnit) -> Step<()> {
        let context = self.context(None);
        for (name, spec) in specs {
            if self.holds(spec.when.as_ref(), name, &context)? {
                draft.unit.endpoints.push(Endpoint {
                    name: name.clone(),
                    port: spec.port,
                    protocol: spec.protocol,
                    host_port: None,
                    scrape: spec.scrape.clone(),
                });
            }
        }
        draft.unit.endpoints.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    fn processes(&self, specs: &std::collections::BTreeMap<String, ProcessSpec>, draft: &mut DraftUnit) -> Step<()> {
        for (name, spec) in specs {
            let context = self.context(None);
            if !self.holds(spec.when.as_ref(), name, &context)? {
                continue;
            }
            let Some(each) = &spec.each else {
                self.process(name, spec, &context, draft)?;
                continue;
            };
            let items = crate::render::to_json(&self.run.engine.evaluate(&self.label(name), each, &context)?);
            for item in items.as_array().into_iter().flatten() {
                let suffix = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                self.process(&format!("{name}-{suffix}"), spec, &self.context(Some(item)), draft)?;
            }
        }
        Ok(())
    }

    fn process(&self, name: &str, spec: &ProcessSpec, context: &Context, draft: &mut DraftUnit) -> Step<()> {
        let label = self.label(&format!("process `{name}`"));
        let fault = |why: String| Box::new(Diagnostic::error(format!("{label}: {why}")));
        let name = Name::new(name).map_err(|error| fault(error.to_string()))?;
        let texts = |texts: &[String]| -> Step<Vec<String>> {
            texts.iter().map(|text| self.run.engine.text(&label, text, context)).collect()
        };
        let drain = self.number(&label, spec.drain.as_ref(), context)?.unwrap_or(10);
        let mut volumes = Vec::new();
        for volume in &spec.volumes {
            if self.holds(volume.when.as_ref(), "volumes", context)? {
                volumes.push(Mount {
                    name: Name::new(&volume.name).map_err(|error| fault(error.to_string()))?,
                    path: volume.path.clone(),
                    size_gib: memory(&volume.size).map(|mib| mib.div_ceil(1024)).map_err(fault)?,
                });
            }
        }
        let process = Process {
            id: name.clone(),
            role: spec.role,
            command: match &spec.command {
                CommandSpec::Words(words) => texts(words)?,
                CommandSpec::List(list) => {
                    names(&self.run.engine.value(&label, &Value::String(list.clone()), context)?).collect()
                }
            },
            reload: spec.reload.as_deref().map(texts).transpose()?,
            serves: spec.serves.clone(),
            probes: probes(&spec.probes, spec, &texts).map_err(|why| fault(why.message))?,
            drain,
            stop_timeout: BEFORE_STOP + drain + MARGIN,
            singleton: spec.singleton || spec.role == Role::Scheduler,
            schedule: spec.schedule.clone(),
            stateful: !volumes.is_empty(),
            scale: self.scale(&label, &spec.scale, context)?,
            resources: Resources {
                cpu_millis: cpu(&spec.resources.cpu).map_err(fault)?,
                memory_mib: memory(&spec.resources.memory).map_err(fault)?,
            },
            volumes,
            scratch: spec.scratch.clone(),
            user: NOBODY,
            after: Vec::new(),
            connections: self.number(&label, spec.connections.as_ref(), context)?.unwrap_or(0),
            variables: Vec::new(),
            name: name.clone(),
        };
        if let Some(uses) = &spec.uses {
            draft.uses.insert(name.to_string(), uses.clone());
        }
        for (alias, channels) in &spec.consumes {
            let channels = self.run.engine.value(&label, channels, context)?;
            let entry = draft.consumes.entry(name.to_string()).or_default();
            entry.extend(names(&channels).map(|channel| (alias.clone(), channel)));
        }
        draft.after.insert(name.to_string(), spec.after.clone());
        draft.unit.processes.push(process);
        Ok(())
    }

    fn scale(&self, label: &str, spec: &ScaleSpec, context: &Context) -> Step<Scale> {
        let mut signals = Vec::new();
        for signal in &spec.signals {
            let items = match &signal.each {
                Some(each) => crate::render::to_json(&self.run.engine.evaluate(label, each, context)?),
                None => json!([null]),
            };
            for item in items.as_array().into_iter().flatten() {
                let context = self.context(Some(item));
                let mut settings = BTreeMap::new();
                for (key, text) in &signal.settings {
                    settings.insert(key.clone(), self.run.engine.text(label, text, &context)?);
                }
                signals.push(Signal { source: signal.source.clone(), settings });
            }
        }
        Ok(Scale { local: spec.local, default: spec.default, max: spec.max, signals })
    }

    fn number(&self, label: &str, value: Option<&Value>, context: &Context) -> Step<Option<u32>> {
        let Some(value) = value else { return Ok(None) };
        let value = self.run.engine.value(label, value, context)?;
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        match number.and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(Box::new(Diagnostic::error(format!("{label}: {value} is not a whole number")))),
        }
    }
}

/// The texts of a list, or a single one.
pub(super) fn names(value: &Value) -> impl Iterator<Item = String> {
    let list = match value {
        Value::Array(items) => items.clone(),
        other => vec![other.clone()],
    };
    list.into_iter().filter_map(|item| item.as_str().map(str::to_owned))
}
