//! A cluster-info dump as kubectl prints it: documents and logs in turn.
#![no_main]

use bundlescope::ingest::Cut;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bundlescope_fuzz::examine("dump.txt", bytes, Cut::Sections);
    bundlescope_fuzz::read(bytes);
});
