//! Any bytes: what they are, and whatever is packed in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bundlescope_fuzz::read(bytes);
});
