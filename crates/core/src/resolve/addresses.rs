//! The project's names and addresses and the environments' hosts: typed as answers are, wherever they come from.
use super::Run;
use crate::blueprint::{domain, host, registry, repository};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Name, Runtime};

/// Checks `project:` and `environments:`.
pub(super) fn check(run: &Run, problems: &mut Diagnostics) {
    let project = &run.spec.project;
    let name = Name::new(project.name.as_str()).map(|_| ()).map_err(|error| error.to_string());
    for (key, checked) in [
        ("name", name),
        ("domain", domain(&project.domain)),
        ("repository", repository(&project.repository)),
        ("registry", registry(&project.registry)),
        ("summary", line(&project.summary)),
    ] {
        if let Err(why) = checked {
            problems.push(project.place.at().key(key).point(Diagnostic::error(format!("the project's {key}: {why}"))));
        }
    }
    for environment in &run.spec.environments {
        if let Err(why) = host(&environment.host, environment.runtime == Runtime::Machine) {
            let problem = Diagnostic::error(format!("the host of environment `{}`: {why}", environment.name));
            problems.push(environment.place.at().key("host").point(problem));
        }
    }
    machine(run, problems);
}

/// One line of text.
fn line(text: &str) -> Result<(), String> {
    match text.chars().find(|c| c.is_control()) {
        Some(odd) => Err(format!("it has the control character {odd:?}")),
        None if text.trim().is_empty() => Err("it can't be empty".into()),
        None => Ok(()),
    }
}

/// Exactly one environment is the developer's own machine.
fn machine(run: &Run, problems: &mut Diagnostics) {
    let mut local = run.spec.environments.iter().filter(|environment| environment.runtime == Runtime::Machine);
    let Some(first) = local.next() else {
        let problem = Diagnostic::error("no environment is the developer's own machine")
            .note("`make up`, the tests and every default value need one")
            .help("add `- { name: local, runtime: machine, host: localhost }`");
        problems.push(run.spec.place.at().key("environments").name().point(problem));
        return;
    };
    for second in local {
        let problem = Diagnostic::error(format!(
            "`{}` is the second environment with `runtime: machine`; `{}` is the developer's own machine already",
            second.name, first.name
        ))
        .help("say in one of them what it runs on instead");
        problems.push(second.place.at().key("runtime").point(problem));
    }
}
