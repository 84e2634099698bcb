//! The fast path of decoding: serde over [`Node`]s, where the type that is asked for decides what a scalar means.
mod access;

use std::fmt;

use serde::de::{self, Deserializer, Visitor};

use access::{Entries, Items, Variant};

use super::quote::quote;
use super::scalar::Core;
use super::{Kind, Node, Style};
use crate::diagnostic::Span;

/// The first problem that serde met.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) message: String,
    /// The innermost place that is known.
    pub(super) span: Option<Span>,
    pub(super) help: Option<String>,
}

impl Error {
    fn within(mut self, node: &Node) -> Self {
        self.span.get_or_insert(node.span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None, help: None }
    }
}

/// "expected a list, found the text `a`", with the usual next step for what was found.
pub(super) fn mismatch(expected: &str, node: &Node) -> Error {
    let text = node.as_scalar().map_or("", |scalar| scalar.text.as_str());
    let plain = node.as_scalar().is_some_and(|scalar| scalar.style == Style::Plain);
    let word = text.to_ascii_lowercase();
    let help = match expected {
        "true or false" if matches!(word.as_str(), "yes" | "on" | "y" | "no" | "off" | "n") => {
            let value = matches!(word.as_str(), "yes" | "on" | "y");
            Some(format!("write `{value}`"))
        }
        "true or false" | "a whole number" | "a number" if !plain && !text.is_empty() => {
            Some("remove the quotes".to_owned())
        }
        "text" if node.is_null() && !text.is_empty() => Some(format!("quote it: \"{text}\"")),
        "text" if node.is_null() => Some("write `\"\"` for an empty text".to_owned()),
        "a list" if node.is_null() => Some("write `[]` for an empty list".to_owned()),
        "a list" if node.as_scalar().is_some() => Some(format!("write `[{}]`", quote(text))),
        "a mapping" if node.is_null() => Some("write `{}` for an empty mapping".to_owned()),
        _ => None,
    };
    Error { message: format!("expected {expected}, found {}", node.describe()), span: Some(node.span), help }
}

/// Reads the value of a node into any type.
pub(super) struct NodeReader<'de>(pub(super) &'de Node);

impl<'de> NodeReader<'de> {
    fn core(&self) -> Option<Core> {
        self.0.as_scalar().map(super::Scalar::core)
    }

    fn whole<V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        let Some(Core::Int(value)) = self.core() else {
            return Err(mismatch("a whole number", self.0));
        };
        // Visitors of every width accept these two and check their own range.
        let result = match (i64::try_from(value), u64::try_from(value)) {
            (_, Ok(value)) => visitor.visit_u64(value),
            (Ok(value), _) => visitor.visit_i64(value),
            _ => return Err(mismatch("a whole number of 64 bits", self.0)),
        };
        result.map_err(|e: Error| e.within(self.0))
    }

    fn text(&self) -> Result<&'de str, Error> {
        self.0.as_str().ok_or_else(|| mismatch("text", self.0))
    }
}

/// Methods that ask for a whole number.
macro_rules! whole {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.whole(visitor)
        })*
    };
}

/// Methods that ask for text.
macro_rules! text {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_borrowed_str(self.text()?).map_err(|e: Error| e.within(self.0))
        })*
    };
}

impl<'de> Deserializer<'de> for NodeReader<'de> {
    type Error = Error;

    whole!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128);
    whole!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128);
    text!(deserialize_str deserialize_string deserialize_char deserialize_identifier);
    text!(deserialize_bytes deserialize_byte_buf);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let scalar = match &self.0.kind {
            Kind::Sequence(_) => return self.deserialize_seq(visitor),
            Kind::Mapping(_) => return self.deserialize_map(visitor),
            Kind::Scalar(scalar) => scalar,
        };
        let result = match scalar.core() {
            Core::Null => visitor.visit_unit(),
            Core::Bool(value) => visitor.visit_bool(value),
            Core::Int(_) => return self.whole(visitor),
            Core::Float(value) => visitor.visit_f64(value),
            Core::Text => visitor.visit_borrowed_str(&scalar.text),
        };
        result.map_err(|e: Error| e.within(self.0))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.core() {
            Some(Core::Bool(value)) => visitor.visit_bool(value).map_err(|e: Error| e.within(self.0)),
            _ => Err(mismatch("true or false", self.0)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.core() {
            Some(Core::Float(value)) => visitor.visit_f64(value).map_err(|e: Error| e.within(self.0)),
            Some(Core::Int(_)) => self.whole(visitor),
            _ => Err(mismatch("a number", self.0)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(mismatch("nothing", self.0)) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        let node = self.0;
        visitor.visit_newtype_struct(self).map_err(|e| e.within(node))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let items = self.0.as_seq().ok_or_else(|| mismatch("a list", self.0))?;
        let mut access = Items(items.iter());
        let value = visitor.visit_seq(&mut access).map_err(|e: Error| e.within(self.0))?;
        match access.0.next() {
            None => Ok(value),
            Some(extra) => Err(Error {
                span: Some(extra.span),
                ..de::Error::custom(format_args!("the list is too long: {} items", items.len()))
            }),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let entries = self.0.as_map().ok_or_else(|| mismatch("a mapping", self.0))?;
        visitor.visit_map(Entries::new(entries)).map_err(|e: Error| e.within(self.0))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, content) = match &self.0.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [entry] => (&entry.key, Some(&entry.value)),
                _ => return Err(mismatch("a mapping with one key", self.0)),
            },
            Kind::Scalar(_) => (self.0, None),
            Kind::Sequence(_) => return Err(mismatch("text or a mapping with one key", self.0)),
        };
        let variant = Variant { name, content };
        visitor.visit_enum(variant).map_err(|e| e.within(self.0))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}
