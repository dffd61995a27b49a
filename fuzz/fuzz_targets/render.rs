//! Reports of hostile text: nothing of it is markup, and the data in the page ends where it should.
#![no_main]

use bundlescope::report::Format;

/// An opening that no report has by itself, so it can only come from the input.
const MARKUP: &str = "<x-fuzz";

/// A log of the kubelet and a pod, with the input in their words.
fn bundle(text: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let name: String = text.chars().take(20).filter(|c| *c != '\0').collect();
    let quoted = format!("{MARKUP} {text} {MARKUP}")
        .replace(['"', '\\'], "'")
        .replace(|c: char| c < ' ', " ");
    let log =
        format!("E0301 14:02:10.000000 1 csi.go:1] AADSTS7000222: {MARKUP} {text} {MARKUP}\n");
    let pod = format!(
        r#"{{"kind":"Pod","metadata":{{"name":"{quoted}","namespace":"{quoted}"}},"status":{{"containerStatuses":[{{"name":"{quoted}","restartCount":9,"state":{{"waiting":{{"reason":"CrashLoopBackOff","message":"{quoted}"}}}}}}]}}}}"#
    );
    for (name, content) in [
        (format!("{name}.log"), log),
        ("shop/pods.json".to_owned(), pod),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        // A name that a tar cannot hold is left out.
        let _ = builder.append_data(&mut header, name, content.as_bytes());
    }
    builder.into_inner().expect("memory takes all")
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Some(diagnosis) = bundlescope_fuzz::diagnose(&bundle(text)) else {
        return;
    };
    let Some(page) = bundlescope_fuzz::render(&diagnosis, Format::Html) else {
        return;
    };
    assert!(!page.contains(MARKUP), "text of the bundle became markup");
    assert_eq!(page.matches("<html").count(), 1);
    assert!(page.trim_end().ends_with("</html>"));
    let (_, data) = page
        .split_once("<script type=\"application/json\"")
        .expect("the page carries its data");
    let (_, data) = data.split_once('>').expect("the tag ends");
    let (data, _) = data.split_once("</script>").expect("the data end");
    assert!(!data.contains(['<', '&']), "the data end early");
});
