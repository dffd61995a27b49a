//! Room 6: from a diagnosis to bytes. No input, no clock; every format is a pure function.

pub mod html;
pub mod json;
pub mod markdown;
pub mod text;
pub mod view;
