//! The kind of a list's items.

/// The kind of a list's items; `None` for the untyped `List`, whose items say it themselves.
pub(super) fn item_kind(list: &str) -> Option<&str> {
    list.strip_suffix("List")
        .map_or(Some(list), |kind| (!kind.is_empty()).then_some(kind))
}
