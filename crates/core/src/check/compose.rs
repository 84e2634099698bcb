//! The Compose file as facts.
use super::running::{Given, GivenValue, Running, words};
use crate::yaml::{Entry, FileLine, Kind, Node};

/// Where the Compose file lies.
pub(super) const PATH: &str = "compose.yaml";

/// The Compose file.
#[derive(Debug)]
pub(super) struct Compose {
    pub root: Node,
    pub services: Vec<Service>,
}

/// One service of the Compose file.
#[derive(Debug)]
pub(super) struct Service {
    pub name: String,
    pub at: FileLine,
    pub node: Node,
    pub running: Running,
    /// What it waits for: service, condition, place.
    pub depends_on: Vec<(String, String, FileLine)>,
    pub ports: Vec<Port>,
    pub mounts: Vec<ComposeMount>,
}

/// A published port.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub at: FileLine,
    /// The host's address, if one is given.
    pub address: Option<String>,
    /// The host's port, not yet interpolated.
    pub published: Option<String>,
    pub target: Option<u16>,
}

/// Something mounted into a service.
#[derive(Debug, Clone)]
pub(super) struct ComposeMount {
    pub at: FileLine,
    /// A volume's name, or a path that starts with `.` or `/`; none for memory and anonymous volumes.
    pub source: Option<String>,
    pub target: String,
}

impl Compose {
    pub(super) fn new(root: Node, local: usize) -> Self {
        let services = root.entries_at(&["services"]).iter().map(|entry| service(entry, local)).collect();
        Self { root, services }
    }

    /// The service of that name.
    pub(super) fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// Whether `from` waits for `to`, directly or through others.
    pub(super) fn waits_for(&self, from: &str, to: &str) -> bool {
        let mut seen = vec![from];
        let mut next = 0;
        while let Some(name) = seen.get(next).copied() {
            next += 1;
            let Some(service) = self.service(name) else { continue };
            for (wanted, _, _) in &service.depends_on {
                if wanted == to {
                    return true;
                }
                if !seen.contains(&wanted.as_str()) {
                    seen.push(wanted);
                }
            }
        }
        false
    }
}

fn service(entry: &Entry, local: usize) -> Service {
    let node = entry.value.clone();
    let running = Running {
        name: entry.name().to_owned(),
        environment: local,
        compose: true,
        at: entry.here(),
        what: format!("the Compose service `{}`", entry.name()),
        image: node.entry("image").and_then(|e| Some((e.value.as_str()?.to_owned(), e.value.here()))),
        image_at: node.place(&["image"]),
        command: command(&node),
        variables: variables(&node),
        variables_at: node.entry("environment").map_or(entry.here(), Entry::here),
        opaque: node.get("env_file").is_some(),
    };
    Service {
        name: entry.name().to_owned(),
        at: entry.here(),
        depends_on: depends_on(&node),
        ports: node.list_at(&["ports"]).iter().map(port).collect(),
        mounts: mounts(&node),
        running,
        node,
    }
}

fn command(node: &Node) -> Option<(Vec<String>, FileLine)> {
    let part = |key: &str| {
        let entry = node.entry(key)?;
        let argv = match &entry.value.kind {
            Kind::Sequence(_) => entry.value.texts(),
            Kind::Scalar(_) => words(entry.value.as_str()?),
            Kind::Mapping(_) => return None,
        };
        Some((argv.iter().map(|word| word.replace("$$", "$")).collect::<Vec<_>>(), entry.here()))
    };
    match (part("entrypoint"), part("command")) {
        (Some((mut argv, at)), Some((rest, _))) => {
            argv.extend(rest);
            Some((argv, at))
        }
        (one, other) => one.or(other),
    }
}

fn variables(node: &Node) -> Vec<Given> {
    let Some(environment) = node.get("environment") else { return Vec::new() };
    let listed = environment.items().iter().filter_map(|item| {
        let (name, value) = item.as_str()?.split_once('=')?;
        Some(Given { name: name.to_owned(), at: item.here(), value: GivenValue::Text(value.to_owned()) })
    });
    let mapped = environment.entries().iter().map(|entry| Given {
        name: entry.name().to_owned(),
        at: entry.here(),
        value: GivenValue::Text(entry.value.as_str().unwrap_or_default().to_owned()),
    });
    listed.chain(mapped).collect()
}

fn depends_on(node: &Node) -> Vec<(String, String, FileLine)> {
    let Some(wanted) = node.get("depends_on") else { return Vec::new() };
    let listed = wanted
        .items()
        .iter()
        .filter_map(|item| Some((item.as_str()?.to_owned(), "service_started".to_owned(), item.here())));
    let mapped = wanted.entries().iter().map(|entry| {
        let condition = entry.value.text_at(&["condition"]).unwrap_or("service_started");
        (entry.name().to_owned(), condition.to_owned(), entry.here())
    });
    listed.chain(mapped).collect()
}

/// Splits at colons outside of `${…}`.
fn fields(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b':' if depth == 0 => {
                fields.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    fields.push(&text[start..]);
    fields
}

fn port(node: &Node) -> Port {
    let number = |text: &str| text.split('/').next().and_then(|port| port.parse().ok());
    let own = |text: &str| Some(text.to_owned());
    let Some(text) = node.as_str() else {
        return Port {
            at: node.here(),
            address: node.text_at(&["host_ip"]).and_then(own),
            published: node.text_at(&["published"]).and_then(own),
            target: node.text_at(&["target"]).and_then(number),
        };
    };
    let (address, published, target) = match fields(text)[..] {
        [target] => (None, None, target),
        [published, target] => (None, own(published), target),
        [address, published, target] => (own(address), own(published), target),
        _ => (None, None, ""),
    };
    Port { at: node.here(), address, published, target: number(target) }
}

fn mounts(node: &Node) -> Vec<ComposeMount> {
    let volumes = node.list_at(&["volumes"]).iter().filter_map(|item| {
        let Some(text) = item.as_str() else {
            let source = item.text_at(&["source"]).map(str::to_owned);
            let target = item.text_at(&["target"])?.to_owned();
            return Some(ComposeMount { at: item.here(), source, target });
        };
        let (source, target) = match fields(text)[..] {
            [target] => (None, target),
            [source, target, ..] => (Some(source.to_owned()), target),
            [] => return None,
        };
        Some(ComposeMount { at: item.here(), source, target: target.to_owned() })
    });
    let memory = node.get("tmpfs").map_or_else(Vec::new, |tmpfs| {
        let at = tmpfs.here();
        let path = |text: String| text.split(':').next().unwrap_or_default().to_owned();
        tmpfs.texts().into_iter().map(|text| ComposeMount { at, source: None, target: path(text) }).collect()
    });
    volumes.chain(memory).collect()
}
