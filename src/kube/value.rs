//! Reading fields of a JSON value without ever failing.
//!
//! In: the value of an object and a path such as `status.containerStatuses[*].state`. Out: what
//! stands there, or `None` where it is missing, null, or of another type. Paths that rules write
//! are read here too ([`select`]), so that a rule and a diagnosis mean the same by a path.

use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A field or a key of a map.
    Key(String),
    /// An element of a list.
    Index(usize),
    /// Every element of a list, or every value of a map: `[*]`.
    Any,
}

/// The steps of `path`: keys parted by dots, `["a.b/c"]` for keys with dots, `[0]` and `[*]`.
///
/// A path that is not well-formed gives the steps before its fault and `false`.
pub fn segments(path: &str) -> (Vec<Segment>, bool) {
    let mut steps = vec![];
    let mut rest = path;
    while !rest.is_empty() {
        let Some((step, after)) = next_segment(rest) else {
            return (steps, false);
        };
        steps.push(step);
        rest = match after.strip_prefix('.') {
            Some("") => return (steps, false),
            Some(more) => more,
            None if after.is_empty() || after.starts_with('[') => after,
            None => return (steps, false),
        };
    }
    (steps, true)
}

/// The first step of a path and what follows it.
fn next_segment(path: &str) -> Option<(Segment, &str)> {
    let Some(inside) = path.strip_prefix('[') else {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (key, rest) = path.split_at_checked(end)?;
        return (!key.is_empty()).then(|| (Segment::Key(key.to_owned()), rest));
    };
    for quote in ['"', '\''] {
        if let Some(quoted) = inside.strip_prefix(quote) {
            let (key, rest) = quoted.split_once(quote)?;
            return Some((Segment::Key(key.to_owned()), rest.strip_prefix(']')?));
        }
    }
    let (index, rest) = inside.split_once(']')?;
    let step = match index {
        "*" => Segment::Any,
        _ => Segment::Index(index.parse().ok()?),
    };
    Some((step, rest))
}

/// Appends a key to a path, in brackets where it could be mistaken for more than one step.
pub fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', '\'']);
    if !plain {
        let quote = if key.contains('"') { '\'' } else { '"' };
        path.push('[');
        path.push(quote);
        path.push_str(key);
        path.push(quote);
        path.push(']');
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// Every value at `path`, each with its concrete path, in the order of the document.
///
/// `[*]` stands for every element of a list and every value of a map. A path that is not
/// well-formed selects nothing; null counts as missing.
pub fn select<'a>(value: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let (steps, sound) = segments(path);
    let mut found = vec![];
    if sound {
        walk(value, &steps, &mut String::new(), &mut found);
    }
    found
}

/// Follows the steps from `value` on; `at` is the concrete path so far and is left as it was.
fn walk<'a>(
    value: &'a Value,
    steps: &[Segment],
    at: &mut String,
    found: &mut Vec<(String, &'a Value)>,
) {
    let Some((step, rest)) = steps.split_first() else {
        if !value.is_null() {
            found.push((at.clone(), value));
        }
        return;
    };
    let before = at.len();
    match (step, value) {
        (Segment::Key(key), Value::Object(map)) => {
            if let Some(child) = map.get(key) {
                push_key(at, key);
                walk(child, rest, at, found);
                at.truncate(before);
            }
        }
        (Segment::Any, Value::Object(map)) => {
            for (key, child) in map {
                push_key(at, key);
                walk(child, rest, at, found);
                at.truncate(before);
            }
        }
        (Segment::Index(index), Value::Array(list)) => {
            if let Some(child) = list.get(*index) {
                push_index(at, *index);
                walk(child, rest, at, found);
                at.truncate(before);
            }
        }
        (Segment::Any, Value::Array(list)) => {
            for (index, child) in list.iter().enumerate() {
                push_index(at, index);
                walk(child, rest, at, found);
                at.truncate(before);
            }
        }
        _ => {}
    }
}

/// The value at a path of plain field names: `status.nodeInfo.kubeletVersion`.
pub fn get<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(value, |value, key| value.get(key))
        .filter(|value| !value.is_null())
}

/// The text at `path`; empty text counts as missing, and so does the word `null`, which one
/// collector (support-bundle-kit) writes in place of both.
pub fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    get(value, path)?
        .as_str()
        .filter(|text| !text.is_empty() && *text != "null")
}

/// The text at `path`, owned; empty where missing.
pub fn string(value: &Value, path: &str) -> String {
    text(value, path).unwrap_or_default().to_owned()
}

/// The text at `path`, owned.
pub fn optional(value: &Value, path: &str) -> Option<String> {
    text(value, path).map(str::to_owned)
}

/// The text, number or boolean at `path`, as text.
pub fn scalar(value: &Value, path: &str) -> Option<String> {
    scalar_text(get(value, path)?)
}

/// A text, number or boolean as text.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The whole number at `path`, also where it is written as text.
pub fn int(value: &Value, path: &str) -> Option<i64> {
    let value = get(value, path)?;
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// Whether the value at `path` is true, also where it is written as text.
pub fn bool(value: &Value, path: &str) -> bool {
    match get(value, path) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// The list at `path`; empty where missing.
pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    get(value, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts of the list at `path`.
pub fn strings(value: &Value, path: &str) -> Vec<String> {
    list(value, path)
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// The map at `path` with its values as text; values that are maps or lists are left out.
pub fn map(value: &Value, path: &str) -> BTreeMap<String, String> {
    get(value, path)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), scalar_text(value)?)))
        .collect()
}

/// The instant at `path`. Go's zero time (the year 1) counts as missing.
pub fn time(value: &Value, path: &str) -> Option<Timestamp> {
    text(value, path)?
        .parse()
        .ok()
        .filter(|time: &Timestamp| time.as_second() > 0)
}

/// The resource list at `path`: `cpu` in milli, everything else in units (bytes, counts).
pub fn resources(value: &Value, path: &str) -> BTreeMap<String, i64> {
    get(value, path)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| {
            let amount = quantity(name, &scalar_text(value)?)?;
            Some((name.clone(), amount))
        })
        .collect()
}

/// Appends the index of a list's item to a path.
fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

/// A quantity of the resource `name`: in milli for `cpu` (also `requests.cpu` of quotas), in units
/// for everything else.
pub fn quantity(name: &str, text: &str) -> Option<i64> {
    let is_cpu = name.rsplit('.').next() == Some("cpu");
    scaled(text, if is_cpu { 3 } else { 0 })
}

/// A quantity as text (`1900m`, `1.5Gi`, `2e3`), times ten to the `power`, rounded up as
/// Kubernetes does. `None` where it is no quantity; values out of range are clamped.
fn scaled(text: &str, power: i32) -> Option<i64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(digits)?;
    let (decimal, binary) = match suffix {
        "n" => (-9, 0),
        "u" | "µ" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" | "K" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            (exponent.parse::<i32>().ok()?.clamp(-30, 30), 0)
        }
    };
    exact(number, decimal + power, binary)
}

/// `number` times ten to the `decimal` times two to the `binary`, in whole numbers, so that large
/// byte counts stay exact.
fn exact(number: &str, decimal: i32, binary: u32) -> Option<i64> {
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Twelve places are more than any unit of Kubernetes can express.
    let fraction = fraction.get(..fraction.len().min(12)).unwrap_or_default();
    let digits = format!("{whole}{fraction}");
    let places = i32::try_from(fraction.len()).ok()?;
    let mut amount: i128 = digits.parse().ok().filter(|_| digits.len() <= 24)?;
    amount = amount.saturating_mul(1i128 << binary);
    for _ in 0..(decimal - places).max(0) {
        amount = amount.saturating_mul(10);
    }
    for _ in 0..(places - decimal).max(0) {
        amount = amount / 10 + i128::from(amount % 10 != 0);
    }
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    Some(if negative { -amount } else { amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn quantities_become_whole_numbers() {
        for (name, text, expected) in [
            ("cpu", "2", Some(2_000)),
            ("cpu", "1900m", Some(1_900)),
            ("cpu", "0.5", Some(500)),
            ("cpu", "250u", Some(1)),
            ("requests.cpu", "4", Some(4_000)),
            ("memory", "70Mi", Some(70 << 20)),
            ("memory", "1.5Gi", Some(3 << 29)),
            ("memory", "128974848", Some(128_974_848)),
            ("memory", "129e6", Some(129_000_000)),
            ("memory", "129M", Some(129_000_000)),
            ("memory", "123k", Some(123_000)),
            ("memory", "1500m", Some(2)),
            ("ephemeral-storage", "16888216Ki", Some(16_888_216 << 10)),
            ("pods", "110", Some(110)),
            ("pods", "-3", Some(-3)),
            ("memory", "9Ei", Some(i64::MAX)),
            ("memory", "", None),
            ("memory", "many", None),
            ("memory", "1.2.3", None),
            ("memory", "5Zi", None),
        ] {
            assert_eq!(quantity(name, text), expected, "{name} {text}");
        }
    }

    #[test]
    fn a_path_selects_values_with_their_concrete_paths() {
        let value = json!({
            "metadata": {"annotations": {"a.b/c": "yes"}},
            "status": {
                "phase": null,
                "containerStatuses": [
                    {"lastState": {"terminated": {"reason": "OOMKilled"}}},
                    {"lastState": {}},
                    {"lastState": {"terminated": {"reason": "Error"}}}
                ]
            }
        });
        let found = |path: &str| -> Vec<(String, String)> {
            select(&value, path)
                .into_iter()
                .map(|(path, value)| (path, value.to_string()))
                .collect()
        };
        let pair = |path: &str, value: &str| (path.to_owned(), value.to_owned());
        assert_eq!(
            found("status.containerStatuses[*].lastState.terminated.reason"),
            [
                pair(
                    "status.containerStatuses[0].lastState.terminated.reason",
                    "\"OOMKilled\""
                ),
                pair(
                    "status.containerStatuses[2].lastState.terminated.reason",
                    "\"Error\""
                ),
            ]
        );
        for path in [
            "metadata.annotations[\"a.b/c\"]",
            "metadata.annotations['a.b/c']",
            "metadata.annotations[*]",
        ] {
            assert_eq!(
                found(path),
                [pair("metadata.annotations[\"a.b/c\"]", "\"yes\"")],
                "{path}"
            );
        }
        for path in [
            "status.phase",
            "status.containerStatuses[9]",
            "status.containerStatuses[1].lastState.terminated",
            "status..phase",
            "status.",
            "[",
            "a]b[",
            "a[\"b\"c",
        ] {
            assert!(found(path).is_empty(), "{path}");
        }
    }

    #[test]
    fn fields_of_another_type_count_as_missing() {
        let value = json!({
            "text": 3, "number": "7", "flag": "True", "list": {}, "map": {"a": 1, "b": [], "c": "d"},
            "empty": "", "zero": "0001-01-01T00:00:00Z", "time": "2020-06-14T23:07:27.123456Z"
        });
        assert_eq!(text(&value, "text"), None);
        assert_eq!(text(&value, "empty"), None);
        assert_eq!(scalar(&value, "text").as_deref(), Some("3"));
        assert_eq!(int(&value, "number"), Some(7));
        assert!(bool(&value, "flag"));
        assert!(list(&value, "list").is_empty());
        assert_eq!(
            map(&value, "map").into_iter().collect::<Vec<_>>(),
            [("a".into(), "1".into()), ("c".into(), "d".into())]
        );
        assert_eq!(time(&value, "zero"), None);
        assert!(time(&value, "time").is_some());
    }

    proptest! {
        #[test]
        fn any_path_and_any_quantity_are_survived(path in ".{0,40}", amount in ".{0,30}") {
            let (_, sound) = segments(&path);
            let found = select(&json!({"a": [1]}), &path).len();
            prop_assert!(sound || found == 0);
            let _ = quantity("cpu", &amount);
        }

        #[test]
        fn a_quantity_is_exact_with_every_suffix(
            whole in 0u32..100_000, thousandths in 0u32..1000, suffix in 0usize..16,
        ) {
            // Units times ten to the twelfth, in whole numbers: what the text says, computed apart.
            let suffixes: [(&str, i128, i128); 16] = [
                ("n", 1, 1_000_000_000), ("u", 1, 1_000_000), ("m", 1, 1000), ("", 1, 1),
                ("k", 1000, 1), ("M", 1_000_000, 1), ("G", 1_000_000_000, 1),
                ("T", 1_000_000_000_000, 1), ("Ki", 1 << 10, 1), ("Mi", 1 << 20, 1),
                ("Gi", 1 << 30, 1), ("Ti", 1 << 40, 1), ("e3", 1000, 1), ("E2", 100, 1),
                ("e-2", 1, 100), ("e0", 1, 1),
            ];
            let (word, times, over) = suffixes[suffix];
            let text = format!("{whole}.{thousandths:03}{word}");
            let thousand = i128::from(whole) * 1000 + i128::from(thousandths);
            let rounded_up =
                |above: i128, below: i128| ((above + below - 1) / below).min(i128::from(i64::MAX));
            let units = rounded_up(thousand * times, 1000 * over);
            let milli = rounded_up(thousand * times, over);
            prop_assert_eq!(quantity("memory", &text).map(i128::from), Some(units), "{}", text);
            prop_assert_eq!(quantity("cpu", &text).map(i128::from), Some(milli), "{}", text);
        }

        #[test]
        fn a_concrete_path_leads_back_to_its_value(key in "[a-z./\\[\\] ]{0,12}", index in 0usize..3) {
            let value = json!({ "m": { key.clone(): [0, 1, 2] } });
            let mut path = String::from("m");
            push_key(&mut path, &key);
            push_index(&mut path, index);
            let found = select(&value, &path);
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&found[0].0, &path);
        }
    }
}
