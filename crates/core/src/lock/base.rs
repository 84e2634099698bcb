//! A file's text as a line can hold it: deflated, then base64.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// How hard it is packed, of 10: the next level takes half as long again and saves one byte in fifty.
const LEVEL: u8 = 6;
/// No rendered file comes near.
const MAX: usize = 64 << 20;

pub(super) fn pack(text: &str) -> String {
    STANDARD_NO_PAD.encode(compress_to_vec(text.as_bytes(), LEVEL))
}

pub(super) fn unpack(packed: &str) -> Option<String> {
    let bytes = STANDARD_NO_PAD.decode(packed).ok()?;
    String::from_utf8(decompress_to_vec_with_limit(&bytes, MAX).ok()?).ok()
}
