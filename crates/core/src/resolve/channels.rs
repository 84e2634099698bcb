//! Named queues and topics: who puts messages on them, and who takes them.
use std::collections::BTreeMap;

use super::Run;
use super::draft::{Draft, DraftUnit};
use super::processes::names;
use crate::blueprint::dynamic;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Channel, Name};
use crate::yaml::Place;

/// The channels of the stack, by broker and name, with where the first publisher is described.
#[derive(Default)]
struct Channels(BTreeMap<(Name, String), (Channel, Place)>);

impl Channels {
    fn entry(&mut self, broker: &Name, name: String) -> &mut (Channel, Place) {
        self.0.entry((broker.clone(), name.clone())).or_insert_with(|| {
            let (publishers, consumers) = (Vec::new(), Vec::new());
            (Channel { name, broker: broker.clone(), publishers, consumers }, Place::default())
        })
    }
}

/// The channels, by broker and name.
pub(super) fn gather(run: &Run, draft: &Draft) -> Result<Vec<Channel>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut channels = Channels::default();
    for unit in &draft.units {
        consumers(unit, &mut channels);
        problems.absorb(publishers(run, draft, unit, &mut channels).map_err(|problem| unit.blame(*problem)));
    }
    let forgotten =
        channels.0.values().filter(|(channel, _)| channel.consumers.is_empty() && !retained(draft, &channel.broker));
    for (channel, place) in forgotten {
        let problem = Diagnostic::error(format!("nothing takes messages from `{}`", channel.name))
            .note("messages would pile up until the broker is full")
            .help("add a worker for it, or remove it from the list");
        problems.push(place.at().point(problem));
    }
    problems.into_result(channels.0.into_values().map(|(channel, _)| channel).collect())
}

/// The unit that a unit calls by that alias.
fn broker<'a>(unit: &'a DraftUnit, alias: &str) -> Option<&'a Name> {
    unit.unit.bindings.iter().find(|binding| binding.alias == alias).map(|binding| &binding.unit)
}

fn consumers(unit: &DraftUnit, channels: &mut Channels) {
    for process in &unit.unit.processes {
        for (alias, name) in unit.consumes.get(process.name.as_str()).into_iter().flatten() {
            if let Some(broker) = broker(unit, alias) {
                channels.entry(broker, name.clone()).0.consumers.push(process.id.to_string());
            }
        }
    }
}

fn publishers(run: &Run, draft: &Draft, unit: &DraftUnit, channels: &mut Channels) -> Result<(), Box<Diagnostic>> {
    for (index, (feature, params, added)) in unit.features.iter().enumerate() {
        let at = feature.at().key("on").key(&unit.component.id).key("publishes");
        let place = unit.spec.features.get(index).map(|spec| spec.place.clone()).unwrap_or_default();
        for (alias, value) in &added.publishes {
            let own = serde_json::json!({ "name": unit.unit.name, "params": unit.unit.params });
            let context = dynamic(serde_json::json!({ "project": draft.project, "unit": own, "params": params }));
            let value = run.engine.value(at.key(alias), value, &context)?;
            let Some(broker) = broker(unit, alias) else { continue };
            for name in names(&value) {
                let (channel, described) = channels.entry(broker, name);
                let ids = unit.unit.processes.iter().filter(|process| process.long_running()).map(|p| p.id.to_string());
                channel.publishers.extend(ids);
                *described = place.clone();
            }
        }
    }
    Ok(())
}

/// Whether messages on the broker's channels go by themselves after a time.
fn retained(draft: &Draft, broker: &Name) -> bool {
    let unit = draft.unit(broker.as_str());
    unit.is_some_and(|unit| unit.component.provides.values().any(|provision| provision.retains))
}
