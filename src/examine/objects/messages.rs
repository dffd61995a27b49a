//! What the status of an object says in words.

use serde_json::Value;

/// Every `message` below a status, with its field path.
pub(super) fn of_status<'v>(value: &'v Value, path: &str, found: &mut Vec<(String, &'v str)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                match value {
                    Value::String(text) if name == "message" && !text.is_empty() => {
                        found.push((path, text));
                    }
                    _ => of_status(value, &path, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                of_status(value, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_at_any_depth_of_a_status() {
        let value = serde_json::json!({"conditions": [{"message": "no disk"}], "message": "gone", "count": 3});
        let mut found = Vec::new();
        of_status(&value, "status", &mut found);
        assert_eq!(
            found,
            [
                ("status.conditions[0].message".to_owned(), "no disk"),
                ("status.message".to_owned(), "gone")
            ]
        );
    }
}
