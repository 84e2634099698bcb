//! Rendered Kubernetes objects as facts.
use super::running::{Given, GivenValue, Running};
use super::secrets::SecretMakers;
use crate::yaml::{Entry, FileLine, Node};

/// One object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub api: String,
    pub kind: String,
    pub name: String,
    pub node: Node,
}

/// Kinds that no namespace holds.
const CLUSTER_WIDE: &[&str] = &[
    "Namespace",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "PersistentVolume",
    "GatewayClass",
    "ClusterSecretStore",
    "ClusterIssuer",
    "IngressClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
];

/// Whether a namespace holds objects of that kind.
pub(super) fn namespaced(kind: &str) -> bool {
    !CLUSTER_WIDE.contains(&kind)
}

impl Object {
    /// Reads an object, if the document is one.
    pub(super) fn new(node: Node) -> Option<Self> {
        let api = node.text_at(&["apiVersion"])?.to_owned();
        let kind = node.text_at(&["kind"])?.to_owned();
        let name = node.text_at(&["metadata", "name"])?.to_owned();
        Some(Self { api, kind, name, node })
    }

    /// The line that names it.
    pub(super) fn at(&self) -> FileLine {
        self.node.place(&["metadata", "name"])
    }

    /// How messages call it.
    pub(super) fn what(&self) -> String {
        format!("{} `{}`", self.kind, self.name)
    }

    /// The API group; empty for the core.
    pub(super) fn group(&self) -> &str {
        self.api.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether it is of a kind that Kubernetes itself does not know: those have a short word or k8s.io as group.
    pub(super) fn custom(&self) -> bool {
        self.group().contains('.') && !self.group().ends_with("k8s.io")
    }

    /// Whether a namespace holds it.
    pub(super) fn namespaced(&self) -> bool {
        namespaced(&self.kind)
    }

    /// The namespace it says it is in.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.node.text_at(&["metadata", "namespace"])
    }

    /// An annotation's value and place.
    pub(super) fn annotation(&self, name: &str) -> Option<(&str, FileLine)> {
        let entry = self.node.at(&["metadata", "annotations"])?.entry(name)?;
        Some((entry.value.as_str()?, entry.here()))
    }

    /// The keys to the pod template, for kinds that run pods.
    fn template_path(&self) -> Option<&'static [&'static str]> {
        match (self.group(), self.kind.as_str()) {
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet") | ("batch", "Job") => Some(&["spec", "template"]),
            ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
            _ => None,
        }
    }

    /// The pod template.
    pub(super) fn template(&self) -> Option<&Node> {
        self.node.at(self.template_path()?)
    }

    /// What the pod is to be.
    pub(super) fn pod(&self) -> Option<&Node> {
        self.template()?.get("spec")
    }

    /// The pod's labels.
    pub(super) fn pod_labels(&self) -> Labels<'_> {
        self.template().map_or_else(Labels::default, |template| Labels::of(template.at(&["metadata", "labels"])))
    }

    /// The main container: the one named like the object's process, else the first.
    pub(super) fn container(&self) -> Option<&Node> {
        let containers = self.pod()?.list_at(&["containers"]);
        containers.iter().find(|c| c.text_at(&["name"]) == Some(&self.name)).or(containers.first())
    }

    /// All containers, those that run before included.
    pub(super) fn containers(&self) -> impl Iterator<Item = &Node> {
        let pod = self.pod();
        let list = move |key: &'static str| pod.map_or(&[][..], |pod| pod.list_at(&[key])).iter();
        list("initContainers").chain(list("containers"))
    }
}

/// Labels, in the order written.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Labels<'a> {
    /// The labels of a mapping.
    pub(super) fn of(node: Option<&'a Node>) -> Self {
        let entries = node.map_or(&[][..], Node::entries);
        Self(entries.iter().filter_map(|entry| Some((entry.name(), entry.value.as_str()?))).collect())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a label.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// Whether all of these are among `other`.
    pub(super) fn within(&self, other: &Labels<'_>) -> bool {
        self.0.iter().all(|(key, value)| other.get(key) == Some(*value))
    }

    /// The first one that is not among `other`.
    pub(super) fn first_missing(&self, other: &Labels<'_>) -> Option<(&'a str, &'a str)> {
        self.0.iter().find(|(key, value)| other.get(key) != Some(*value)).copied()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(labels: I) -> Self {
        Self(labels.into_iter().collect())
    }
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels.
pub(super) fn selects(selector: &Node, labels: &Labels<'_>) -> bool {
    Labels::of(selector.get("matchLabels")).within(labels)
        && selector.list_at(&["matchExpressions"]).iter().all(|expression| {
            let value = labels.get(expression.text_at(&["key"]).unwrap_or_default());
            let values = expression.get("values").map_or_else(Vec::new, Node::texts);
            let among = value.is_some_and(|value| values.iter().any(|one| one == value));
            match expression.text_at(&["operator"]) {
                Some("In") => among,
                Some("NotIn") => !among,
                Some("Exists") => value.is_some(),
                Some("DoesNotExist") => value.is_none(),
                _ => false,
            }
        })
}

/// The main container of an object that runs pods, with its variables resolved through the other objects.
pub(super) fn running(
    object: &Object,
    objects: &[Object],
    makers: &SecretMakers,
    environment: usize,
) -> Option<Running> {
    let container = object.container()?;
    let mut opaque = false;
    let mut variables = Vec::new();
    for source in container.list_at(&["envFrom"]) {
        opaque |= !from_source(source, objects, makers, &mut variables);
    }
    for item in container.list_at(&["env"]) {
        let Some(name) = item.text_at(&["name"]) else { continue };
        variables.retain(|given: &Given| given.name != name);
        variables.push(Given { name: name.to_owned(), at: item.place(&["value"]), value: value(item, objects) });
    }
    let at = |key: &str| container.entry(key).map(Entry::here);
    Some(Running {
        name: object.name.clone(),
        environment,
        compose: false,
        at: object.at(),
        what: object.what(),
        image: container.entry("image").and_then(|e| Some((e.value.as_str()?.to_owned(), e.value.here()))),
        image_at: container.place(&["image"]),
        command: command(container),
        variables,
        variables_at: at("env").or_else(|| at("envFrom")).unwrap_or(container.here()),
        opaque,
    })
}

/// The argument vector of a container, with the cluster's escapes resolved.
pub(super) fn command(container: &Node) -> Option<(Vec<String>, FileLine)> {
    let (first, second) = (container.entry("command"), container.entry("args"));
    let at = first.or(second)?.here();
    let words = first.into_iter().chain(second).flat_map(|entry| entry.value.texts());
    Some((words.map(|word| word.replace("$$", "$")).collect(), at))
}

fn value(item: &Node, objects: &[Object]) -> GivenValue {
    if let Some(text) = item.text_at(&["value"]) {
        return GivenValue::Text(text.to_owned());
    }
    let Some(from) = item.get("valueFrom") else { return GivenValue::Text(String::new()) };
    if let Some(key) = from.get("secretKeyRef") {
        return GivenValue::Secret {
            secret: key.text_at(&["name"]).unwrap_or_default().to_owned(),
            key: key.text_at(&["key"]).unwrap_or_default().to_owned(),
        };
    }
    let configured = from.get("configMapKeyRef").and_then(|key| {
        let map = find(objects, "ConfigMap", key.text_at(&["name"])?)?;
        map.node.get("data")?.text_at(&[key.text_at(&["key"])?])
    });
    configured.map_or(GivenValue::Runtime, |text| GivenValue::Text(text.to_owned()))
}

/// Adds the variables of an `envFrom` entry; false if its object is not among those rendered.
fn from_source(source: &Node, objects: &[Object], makers: &SecretMakers, variables: &mut Vec<Given>) -> bool {
    let prefix = source.text_at(&["prefix"]).unwrap_or_default();
    if let Some(name) = source.text_at(&["configMapRef", "name"]) {
        let Some(map) = find(objects, "ConfigMap", name) else { return false };
        variables.extend(map.node.entries_at(&["data"]).iter().map(|entry| Given {
            name: format!("{prefix}{}", entry.name()),
            at: entry.here(),
            value: GivenValue::Text(entry.value.as_str().unwrap_or_default().to_owned()),
        }));
        return true;
    }
    let Some(name) = source.text_at(&["secretRef", "name"]) else { return true };
    match makers.keys(objects, name) {
        Some(keys) => {
            variables.extend(keys.into_iter().map(|(key, at)| Given {
                name: format!("{prefix}{key}"),
                at,
                value: GivenValue::Secret { secret: name.to_owned(), key },
            }));
            true
        }
        None => false,
    }
}

/// The object of that kind and name.
pub(super) fn find<'a>(objects: &'a [Object], kind: &str, name: &str) -> Option<&'a Object> {
    objects.iter().find(|object| object.kind == kind && object.name == name)
}

/// Whether a value in a document is encrypted in place, as editors of encrypted files leave it.
pub(super) fn encrypted(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |node| found |= node.as_str().is_some_and(|text| text.starts_with("ENC[")));
    found
}
