//! What `kubectl describe` prints.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for hint in [None, Some("Pod"), Some("Node"), Some("Service")] {
        bundlescope::kube::describe::describe(&text, hint);
    }
});
