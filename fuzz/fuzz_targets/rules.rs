//! Rule files of the user's, ours and those of other tools.
#![no_main]

use bundlescope::rules::RuleSet;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for name in ["mine.toml", "mine.json", "mine.yaml"] {
        if let Ok(rules) = RuleSet::builtin_and(&[(name.to_owned(), text.to_owned())]) {
            rules.left_out();
        }
    }
});
