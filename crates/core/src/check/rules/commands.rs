//! Rules about what processes run.
use crate::check::compose::PATH;
use crate::check::facts::Facts;
use crate::check::kubernetes::command;
use crate::check::running::{shown, words};
use crate::check::{Run, Sink};
use crate::stack::{Process, Role, Unit};
use crate::yaml::FileLine;

pub(super) const RULES: &[(&str, Run)] = &[("R051", jobs_once), ("R057", commands)];

fn jobs_once(facts: &Facts, out: &mut Sink) {
    let jobs: Vec<(&Unit, &Process)> = facts
        .stack
        .processes()
        .filter(|(_, process)| process.role == Role::Job && !process.command.is_empty())
        .collect();
    out.skip_if(jobs.is_empty(), "nothing runs once per release");
    let mut one = |name: &str, what: &str, argv: &[String], at: FileLine| {
        // A shell's script may start the job before the program.
        let script: Vec<String> = argv.iter().flat_map(|word| words(word)).collect();
        // The same words mean another program in another unit's image.
        let own = facts.stack.processes().find(|(_, process)| process.id.as_str() == name).map(|(unit, _)| &unit.name);
        let others =
            jobs.iter().filter(|(unit, job)| job.id.as_str() != name && own.is_none_or(|own| *own == unit.name));
        for (_, job) in others {
            let runs = script.windows(job.command.len()).any(|part| part == job.command);
            if runs {
                out.at(at, format!("{what} also runs `{}` of `{}`", shown(&job.command), job.id));
            }
        }
    };
    for service in facts.compose.iter().flat_map(|compose| &compose.services) {
        if let Some((argv, at)) = &service.running.command {
            one(&service.name, &service.running.what, argv, *at);
        }
    }
    for object in facts.overlays.iter().flat_map(|overlay| &overlay.objects) {
        for (argv, at) in object.containers().filter_map(command) {
            one(&object.name, &object.what(), &argv, at);
        }
    }
}

fn commands(facts: &Facts, out: &mut Sink) {
    out.skip_if(facts.running.is_empty(), format!("there is neither {PATH} nor an overlay"));
    for running in &facts.running {
        let Some((_, process)) = running.process(facts.stack) else { continue };
        let (found, at) = running.command.as_ref().map_or((&[][..], running.at), |(argv, at)| (argv, *at));
        if found != process.command && process.reload.as_deref() != Some(found) {
            let shown_or = |argv: &[String]| {
                if argv.is_empty() { "what the image starts".to_owned() } else { format!("`{}`", shown(argv)) }
            };
            let message =
                format!("{} runs {}, the stack says {}", running.what, shown_or(found), shown_or(&process.command));
            out.at(at, message);
        }
    }
}
