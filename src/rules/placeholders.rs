//! Placeholders in the commands of rules.

/// Placeholders that every finding can fill in; named groups of the rule's regexes come besides.
/// `end` is none: it closes a range in the jsonpath of kubectl.
pub(super) const PLACEHOLDERS: &[&str] = &[
    "namespace",
    "kind",
    "name",
    "node",
    "pod",
    "container",
    "end",
];

/// What checks name besides: each fills in those of its own rule.
pub(super) const PLACEHOLDERS_OF_CHECKS: &[&str] = &[
    "missing_kind",
    "missing_name",
    "service_name",
    "service_namespace",
    "webhook_namespace",
    "webhook_service",
];

/// Names in single braces: `{namespace}`, not `${SHELL}`, `{{.template}}` or `{a: b}`.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (before, after) = rest.split_once('{')?;
            rest = after;
            let Some((name, _)) = after.split_once('}') else {
                continue;
            };
            let plain = name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if plain && !name.is_empty() && !before.ends_with(['$', '{']) {
                return Some(name);
            }
        }
    })
}
