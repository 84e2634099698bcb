//! Places of a service that features fill.
use schemars::JsonSchema;
use serde::Deserialize;

/// A place of a service that features fill, most of them with text in its templates.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(from = "SlotForm")]
#[schemars(with = "SlotForm")]
pub struct Slot {
    /// Its name.
    pub id: String,
    /// Whether two features can't fill it at once.
    pub exclusive: bool,
}

/// A slot as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum SlotForm {
    /// Its name alone.
    Id(String),
    /// Its name with what is said about it.
    Described(DescribedSlot),
}

/// A slot with what is said about it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DescribedSlot {
    /// Its name.
    id: String,
    /// Whether two features can't fill it at once.
    #[serde(default)]
    exclusive: bool,
}

impl From<SlotForm> for Slot {
    fn from(form: SlotForm) -> Self {
        match form {
            SlotForm::Id(id) => Self { id, exclusive: false },
            SlotForm::Described(DescribedSlot { id, exclusive }) => Self { id, exclusive },
        }
    }
}
