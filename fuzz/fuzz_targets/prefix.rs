//! Lines of logs, and what a logger writes before the message.
#![no_main]

use bundlescope::ingest::Cut;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for line in bytes.split(|byte| *byte == b'\n') {
        bundlescope::examine::prefix::parse(line);
    }
    bundlescope_fuzz::examine("kubelet.log", bytes, Cut::Lines);
});
