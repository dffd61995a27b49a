//! Zips: directories that lie, members that a directory leaves out.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bundlescope_fuzz::read(&[b"PK\x03\x04", bytes].concat());
});
