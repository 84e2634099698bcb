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
use crate::yaml::{At, Place};

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
        problems.absorb(add_to(run, unit, &project).map_err(|problem| unit.blame(*problem)));
    }
    problems.into_result(())
}

fn add_to(run: &Run, draft: &mut DraftUnit, project: &Project) -> Step<()> {
    let component = std::sync::Arc::clone(&draft.component);
    let features = draft.features.clone();
    let params = &draft.unit.params.clone();
    let given = &draft.spec.clone();
    let own = Maker {
        run,
        project,
        unit: &draft.unit.name.clone(),
        service: params,
        params,
        place: &component.place,
        given: given.place.at().key("params"),
    };
    own.endpoints(&component.endpoints, draft)?;
    own.processes(&component.processes, draft)?;
    for (index, (feature, params, added)) in features.iter().enumerate() {
        let place = &feature.place.key("on").key(&component.id);
        let given = given.features.get(index).map_or(own.given, |spec| spec.place.at().key("params"));
        let maker = Maker { params, place, given, ..own };
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
                let problem = Diagnostic::error(format!("process `{}` of `{unit}`: {error}", process.name))
                    .help("choose a shorter name for the unit or the item");
                Box::new(draft.spec.place.at().key("name").point(problem))
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
    /// Where the component or feature describes them.
    place: &'a Place,
    /// Where the stack gives the parameters.
    given: At<'a>,
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

    fn holds(&self, at: At, when: Option<&String>, context: &Context) -> Step<bool> {
        when.map_or(Ok(true), |when| self.run.engine.holds(at.key("when"), when, context))
    }

    /// The items of an `each`, which differ.
    fn items(&self, at: At, each: &str, context: &Context) -> Step<Vec<(String, Value)>> {
        let mut items: Vec<(String, Value)> = Vec::new();
        for item in self.run.engine.items(at.key("each"), each, context)? {
            let item = crate::render::to_json(&item);
            let text = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            if items.iter().any(|(known, _)| *known == text) {
                let problem = Diagnostic::error(format!("`{each}` has `{text}` twice"))
                    .note("each item gets a process of its own, with its name")
                    .help("leave one of them out");
                return Err(Box::new(blamed(each, self.given, at.key("each")).point(problem)));
            }
            items.push((text, item));
        }
        Ok(items)
    }

    fn endpoints(&self, specs: &std::collections::BTreeMap<String, EndpointSpec>, draft: &mut DraftUnit) -> Step<()> {
        let context = self.context(None);
        for (name, spec) in specs {
            let place = self.place.key("endpoints").key(name);
            if self.holds(place.at(), spec.when.as_ref(), &context)? {
                draft.describe(&format!("endpoint `{name}`"), &place)?;
                draft.unit.endpoints.push(Endpoint {
                    name: name.clone(),
                    port: spec.port,
                    protocol: spec.protocol,
                    admin: spec.admin,
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
            let place = &self.place.key("processes").key(name);
            let at = place.at();
            if !self.holds(at, spec.when.as_ref(), &context)? {
                continue;
            }
            let Some(each) = &spec.each else {
                self.process(name, spec, place, &context, draft)?;
                continue;
            };
            for (suffix, item) in self.items(at, each, &context)? {
                self.process(&format!("{name}-{suffix}"), spec, place, &self.context(Some(&item)), draft)?;
            }
        }
        Ok(())
    }

    fn process(
        &self,
        name: &str,
        spec: &ProcessSpec,
        place: &Place,
        context: &Context,
        draft: &mut DraftUnit,
    ) -> Step<()> {
        let at = place.at();
        draft.describe(&format!("process `{name}`"), place)?;
        let label = self.label(&format!("process `{name}`"));
        let fault = |at: At, why: String| Box::new(at.point(Diagnostic::error(format!("{label}: {why}"))));
        let name = Name::new(name).map_err(|error| fault(at, error.to_string()))?;
        let texts = |at: At, texts: &[String]| -> Step<Vec<String>> {
            let texts = texts.iter().enumerate();
            texts.map(|(index, text)| self.run.engine.text(at.item(index), text, context)).collect()
        };
        let number = |key: &str, value: Option<&Value>| self.number(&label, at.key(key), value, context);
        let drain = number("drain", spec.drain.as_ref())?.unwrap_or(10);
        let amount = |at: At, text: &str, read: fn(&str) -> Result<u32, String>| -> Step<u32> {
            read(&self.run.engine.text(at, text, context)?).map_err(|why| fault(at, why))
        };
        let mut volumes = Vec::new();
        for (index, volume) in spec.volumes.iter().enumerate() {
            let at = at.key("volumes").item(index);
            if self.holds(at, volume.when.as_ref(), context)? {
                volumes.push(Mount {
                    name: Name::new(&volume.name).map_err(|error| fault(at.key("name"), error.to_string()))?,
                    path: volume.path.clone(),
                    size_gib: amount(at.key("size"), &volume.size, memory)?.div_ceil(1024),
                });
            }
        }
        let resources = at.key("resources");
        let command = at.key("command");
        let process = Process {
            id: name.clone(),
            role: spec.role,
            command: match &spec.command {
                CommandSpec::Words(words) => texts(command, words)?,
                CommandSpec::List(list) => {
                    names(&self.run.engine.value(command, &Value::String(list.clone()), context)?).collect()
                }
            },
            reload: spec.reload.as_deref().map(|words| texts(at.key("reload"), words)).transpose()?,
            serves: spec.serves.clone(),
            probes: probes(&spec.probes, spec, at.key("probes"), &texts)?,
            drain,
            stop_timeout: BEFORE_STOP + drain + MARGIN,
            singleton: spec.singleton || spec.role == Role::Scheduler,
            schedule: spec.schedule.clone(),
            stateful: !volumes.is_empty(),
            scale: self.scale(at.key("scale"), &spec.scale, context)?,
            resources: Resources {
                cpu_millis: amount(resources.key("cpu"), &spec.resources.cpu, cpu)?,
                memory_mib: amount(resources.key("memory"), &spec.resources.memory, memory)?,
            },
            volumes,
            scratch: spec.scratch.clone(),
            user: NOBODY,
            after: Vec::new(),
            connections: number("connections", spec.connections.as_ref())?.unwrap_or(0),
            variables: Vec::new(),
            name: name.clone(),
        };
        if let Some(uses) = &spec.uses {
            draft.uses.insert(name.to_string(), uses.clone());
        }
        for (alias, channels) in &spec.consumes {
            let channels = self.run.engine.value(at.key("consumes").key(alias), channels, context)?;
            let entry = draft.consumes.entry(name.to_string()).or_default();
            entry.extend(names(&channels).map(|channel| (alias.clone(), channel)));
        }
        draft.after.insert(name.to_string(), spec.after.clone());
        draft.unit.processes.push(process);
        Ok(())
    }

    fn scale(&self, at: At, spec: &ScaleSpec, context: &Context) -> Step<Scale> {
        let mut signals = Vec::new();
        for (index, signal) in spec.signals.iter().enumerate() {
            let at = at.key("signals").item(index);
            let items = match &signal.each {
                Some(each) => self.items(at, each, context)?,
                None => vec![(String::new(), Value::Null)],
            };
            for (_, item) in items {
                let context = self.context(Some(&item));
                let mut settings = BTreeMap::new();
                for (key, text) in &signal.settings {
                    let text = self.run.engine.text(at.key("settings").key(key), text, &context)?;
                    settings.insert(key.clone(), text);
                }
                signals.push(Signal { source: signal.source.clone(), settings });
            }
        }
        Ok(Scale { local: spec.local, default: spec.default, max: spec.max, signals })
    }

    fn number(&self, label: &str, at: At, value: Option<&Value>, context: &Context) -> Step<Option<u32>> {
        let Some(value) = value else { return Ok(None) };
        let value = self.run.engine.value(at, value, context)?;
        let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        let fits = number.map(u32::try_from);
        let why = match fits {
            Some(Ok(number)) => return Ok(Some(number)),
            Some(Err(_)) if number < Some(0) => format!("{value} is less than 0"),
            Some(Err(_)) => format!("{value} is more than {}", u32::MAX),
            None => format!("{value} is not a whole number"),
        };
        Err(Box::new(at.point(Diagnostic::error(format!("{label}: {why}")))))
    }
}

/// Where a mistake in what an expression reads is made: at the parameter if the stack gives it, else at the expression.
fn blamed<'a>(expression: &str, given: At<'a>, own: At<'a>) -> At<'a> {
    let read = expression.split("params.").nth(1).unwrap_or_default();
    let param = read.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if given.has(param) { given.key(param) } else { own }
}

/// The texts of a list, or a single one.
pub(super) fn names(value: &Value) -> impl Iterator<Item = String> {
    let list = match value {
        Value::Array(items) => items.clone(),
        other => vec![other.clone()],
    };
    list.into_iter().filter_map(|item| item.as_str().map(str::to_owned))
}
