//! YAML: reading with positions, strict decoding, and writing that every reader understands the same way.
//!
//! This is the only module that names a YAML crate. Reading goes through parser events into [`Node`]s, because serde alone
//! has no positions, swallows duplicate keys and stops at the first problem. Scalars are typed by the YAML 1.2 core schema;
//! the many programs that still read YAML 1.1 are respected when writing ([`quote`]) and reported by [`yaml11_surprise`].
mod de;
mod decode;
mod explain;
mod layout;
mod navigate;
mod node;
mod place;
mod quote;
mod read;
mod scalar;
mod write;

pub use self::layout::{Collection, Field, Layout, Part, Shape, layout};
pub use decode::decode;
pub use navigate::FileLine;
pub use node::{End, Entry, Kind, Node, Scalar, Style};
pub use place::{At, Document, Place};
pub use quote::quote;
pub use read::{MAX_BYTES, MAX_DEPTH, Options, parse, parse_one, parse_with};
pub use scalar::yaml11_surprise;
pub use write::{emit, to_string};

#[cfg(test)]
mod tests;
