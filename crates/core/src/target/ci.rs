//! Continuous integration in neutral words: jobs, what they wait for, and their steps. Each forge's component
//! renders this graph in its own syntax.
use serde::Serialize;

use super::scope::Scope;
use crate::stack::{Artifact, Environment, Route, Runtime, Source, Stack, Unit};

/// What the templates see.
#[derive(Debug, Serialize)]
struct View {
    /// The services whose images some environment takes, each published by a job of its own.
    services: Vec<Built>,
    /// Jobs for every change, beside those that are contributed.
    checks: Vec<Job>,
    /// The host of the registry, for logging in.
    registry: String,
    /// The branch that releases come from.
    branch: String,
    /// The environments that every release reaches by itself.
    follow: Vec<String>,
    /// The environment that stays at a commit until somebody promotes a later one.
    promotion: Option<Promotion>,
}

/// A service that is built.
#[derive(Debug, Clone, Serialize)]
struct Built {
    /// Its name.
    name: String,
    /// The directory it is built from.
    context: String,
    /// Its Dockerfile.
    dockerfile: String,
    /// The image's name without a tag.
    image: String,
    /// The variable that names the published image.
    variable: String,
    /// Whether it has checks of its own.
    checked: bool,
}

/// A job.
#[derive(Debug, Default, Serialize)]
struct Job {
    /// Its id.
    id: String,
    /// What it does.
    title: String,
    /// Minutes after which it is stopped.
    minutes: u32,
    /// Whether a merged change's images are published before it, and named in its environment.
    images: bool,
    /// Whether it starts containers of the stack.
    containers: bool,
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
    /// When it runs.
    when: When,
}

/// When a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum When {
    /// For every change.
    Always,
    /// For a change that is proposed: nothing of it is published.
    Proposed,
    /// For a change that was merged: its images are in the registry.
    Merged,
    /// After another step failed.
    Failed,
}

/// A promotion of one environment.
#[derive(Debug, Serialize)]
struct Promotion {
    /// The environment that gets the release.
    to: String,
    /// The environment that has it.
    from: String,
    /// Addresses of that one which say which build answers.
    versions: Vec<String>,
}

/// The view of the whole stack.
pub(super) fn view(scope: &Scope) -> Result<serde_json::Value, String> {
    let stack = scope.stack;
    let services = services(stack);
    let published: Vec<_> = services.iter().filter(|service| published(stack, &service.name)).cloned().collect();
    let clusters: Vec<_> = stack.environments_on(Runtime::Cluster).collect();
    let promoted = stack.promoted_environment();
    let follow = |environment: &&&Environment| promoted.is_none_or(|promoted| promoted.name != environment.name);
    let view = View {
        checks: checks(&services, &published),
        registry: registry_host(&stack.project.registry).to_owned(),
        branch: stack
            .remote_environments()
            .next()
            .map_or_else(|| "main".to_owned(), |environment| environment.revision.clone()),
        follow: clusters.iter().filter(follow).map(|environment| environment.name.to_string()).collect(),
        promotion: promotion(stack),
        services: published,
    };
    serde_json::to_value(view).map_err(|error| error.to_string())
}

/// How the last environment gets what the one before it runs.
fn promotion(stack: &Stack) -> Option<Promotion> {
    let to = stack.promoted_environment()?;
    let from = stack.environments_on(Runtime::Cluster).take_while(|environment| environment.name != to.name).last()?;
    let asked =
        stack.units.iter().filter_map(|unit| unit.version_path.as_ref().filter(|path| routed(stack, unit, path)));
    Some(Promotion {
        to: to.name.to_string(),
        from: from.name.to_string(),
        versions: asked.map(|path| format!("https://{}{path}", from.host)).collect(),
    })
}

/// Whether visitors who ask for that path reach the unit.
fn routed(stack: &Stack, unit: &Unit, path: &str) -> bool {
    let below =
        |route: &&Route| path.strip_prefix(route.path.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
    let route = stack.routes.iter().filter(below).max_by_key(|route| route.path.len());
    route.is_some_and(|route| unit.processes.iter().any(|process| process.id == *route.process))
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
            variable: format!("IMAGE_{}", unit.name.as_str().replace('-', "_").to_uppercase()),
            checked: !unit.checks.is_empty(),
        }),
        Source::Image { .. } => None,
    });
    built.collect()
}

/// Whether an environment takes the image of a unit from the registry.
fn published(stack: &Stack, name: &str) -> bool {
    let takes = |unit: &Unit, environment: &Environment| unit.artifact(&environment.name) == Some(Artifact::Image);
    stack.unit(name).is_some_and(|unit| stack.remote_environments().any(|environment| takes(unit, environment)))
}

fn checks(services: &[Built], published: &[Built]) -> Vec<Job> {
    let tests = services.iter().filter(|service| service.checked).map(|service| Job {
        id: format!("test-{}", service.name),
        title: format!("Check {}", service.name),
        minutes: 20,
        containers: true,
        steps: vec![step(
            When::Always,
            "Lint, types and tests in its own image",
            &format!("scripts/test {}", service.name),
        )],
        ..Job::default()
    });
    let mut jobs: Vec<_> = tests.collect();
    jobs.push(smoke(services, published));
    jobs
}

/// The whole stack from the images that are deployed, without what is only for development: a merged change's images
/// are those in the registry, a proposed one's are built here.
fn smoke(services: &[Built], published: &[Built]) -> Job {
    let mut take = vec!["project=$(sed -n 's/^COMPOSE_PROJECT_NAME=//p' .env)".to_owned()];
    take.extend(published.iter().flat_map(|Built { name, variable, .. }| {
        [
            format!("docker pull --quiet \"${variable}\""),
            format!("docker tag \"${variable}\" \"$project-{name}:local\""),
        ]
    }));
    let build = "RELEASE=$(git rev-parse HEAD) docker compose --file compose.yaml build";
    let up = "docker compose --file compose.yaml up --no-build --wait --wait-timeout 600";
    let mut steps = vec![step(When::Always, "Make this run's secrets, project name and ports", "scripts/env")];
    let built = if published.len() == services.len() { When::Proposed } else { When::Always };
    if !services.is_empty() {
        steps.push(step(built, "Build the images", build));
    }
    if !published.is_empty() {
        steps.push(step(When::Merged, "Take the images that are to be deployed", &take.join("\n")));
    }
    steps.extend([
        step(When::Always, "Start them", up),
        step(When::Always, "Use them from the outside", "scripts/smoke"),
        step(When::Failed, "What they said", "docker compose --file compose.yaml logs --tail 200"),
    ]);
    Job {
        id: "smoke".to_owned(),
        title: "Run the whole stack".to_owned(),
        minutes: 30,
        images: !published.is_empty(),
        containers: true,
        steps,
    }
}

fn step(when: When, title: &str, run: &str) -> Step {
    Step { title: title.to_owned(), run: run.to_owned(), when }
}
