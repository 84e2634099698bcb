//! Continuous integration in neutral words: jobs, what they wait for, and their steps. Each forge's component
//! renders this graph in its own syntax.
use serde::Serialize;

use super::scope::Scope;
use crate::stack::{Source, Stack};

/// What the templates see.
#[derive(Debug, Serialize)]
struct View {
    /// The services that are built, each checked and published by a job of its own.
    services: Vec<Built>,
    /// Jobs for every change.
    checks: Vec<Job>,
    /// The host of the registry, for logging in.
    registry: String,
    /// The branch that releases come from.
    branch: String,
    /// The environment that every release reaches by itself.
    first: Option<String>,
    /// Environments that take over what another one runs, when somebody asks for it.
    later: Vec<Promotion>,
}

/// A service that is built.
#[derive(Debug, Serialize)]
struct Built {
    /// Its name.
    name: String,
    /// The directory it is built from.
    context: String,
    /// Its Dockerfile.
    dockerfile: String,
    /// The image's name without a tag.
    image: String,
    /// Whether it has checks of its own.
    checked: bool,
}

/// A job.
#[derive(Debug, Serialize)]
struct Job {
    /// Its id.
    id: String,
    /// What it does.
    title: String,
    /// Minutes after which it is stopped.
    minutes: u32,
    /// Its steps, after the checkout.
    steps: Vec<Step>,
}

/// A step that runs a program of the repository.
#[derive(Debug, Serialize)]
struct Step {
    /// What it does.
    title: String,
    /// The command.
    run: String,
    /// Whether it runs only after another step failed.
    on_failure: bool,
}

/// A promotion from one environment to the next.
#[derive(Debug, Serialize)]
struct Promotion {
    /// The environment that gets the release.
    to: String,
    /// The environment that has it.
    from: String,
}

/// The view of the whole stack.
pub(super) fn view(scope: &Scope) -> Result<serde_json::Value, String> {
    let stack = scope.stack;
    let services = services(stack);
    let remote: Vec<_> = stack.remote_environments().collect();
    let view = View {
        checks: checks(stack, &services),
        registry: registry_host(&stack.project.registry).to_owned(),
        branch: remote.first().map_or_else(|| "main".to_owned(), |environment| environment.revision.clone()),
        first: remote.first().map(|environment| environment.name.to_string()),
        later: remote
            .windows(2)
            .map(|pair| Promotion { to: pair[1].name.to_string(), from: pair[0].name.to_string() })
            .collect(),
        services,
    };
    serde_json::to_value(view).map_err(|error| error.to_string())
}

/// The part of a registry's address that one logs in to; without a host it is the container engine's default.
fn registry_host(registry: &str) -> &str {
    let first = registry.split('/').next().unwrap_or(registry);
    if first.contains(['.', ':']) || first == "localhost" { first } else { "docker.io" }
}

fn services(stack: &Stack) -> Vec<Built> {
    let built = stack.units.iter().filter_map(|unit| match &unit.source {
        Source::Built { directory, image, .. } => Some(Built {
            name: unit.name.to_string(),
            context: unit.context().filter(|context| !context.is_empty()).unwrap_or(".").to_owned(),
            dockerfile: format!("{directory}/Dockerfile"),
            image: image.clone(),
            checked: !unit.checks.is_empty(),
        }),
        Source::Image { .. } => None,
    });
    built.collect()
}

fn checks(stack: &Stack, services: &[Built]) -> Vec<Job> {
    let step = |title: &str, run: &str| Step { title: title.to_owned(), run: run.to_owned(), on_failure: false };
    let mut jobs: Vec<_> = services
        .iter()
        .filter(|service| service.checked)
        .map(|service| Job {
            id: format!("test-{}", service.name),
            title: format!("Check {}", service.name),
            minutes: 20,
            steps: vec![step("Lint, types and tests in its own image", &format!("scripts/test {}", service.name))],
        })
        .collect();
    let up = "scripts/env && docker compose --file compose.yaml up --build --wait --wait-timeout 600";
    jobs.push(Job {
        id: "smoke".to_owned(),
        title: "Run the whole stack".to_owned(),
        minutes: 30,
        steps: vec![
            step("Start the images that would be deployed", up),
            step("Use them from the outside", "scripts/smoke"),
            Step {
                title: "What they said".to_owned(),
                run: "docker compose --file compose.yaml logs --tail 200".to_owned(),
                on_failure: true,
            },
        ],
    });
    let overlays: Vec<_> = stack.remote_environments().map(|environment| environment.name.as_str()).collect();
    if !overlays.is_empty() {
        jobs.push(Job {
            id: "manifests".to_owned(),
            title: "Render the manifests".to_owned(),
            minutes: 10,
            steps: overlays
                .iter()
                .map(|name| {
                    let render = format!("kubectl kustomize deploy/kubernetes/overlays/{name} >/dev/null");
                    step(&format!("Render {name}"), &render)
                })
                .collect(),
        });
    }
    jobs
}
