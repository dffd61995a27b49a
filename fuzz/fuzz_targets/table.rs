//! What `kubectl get` prints.
#![no_main]

use bundlescope::ingest::Cut;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bundlescope::kube::table::pods(&String::from_utf8_lossy(bytes), "shop");
    let mut text = b"NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE\n".to_vec();
    text.extend(bytes);
    bundlescope_fuzz::examine("pods.txt", &text, Cut::Whole);
});
