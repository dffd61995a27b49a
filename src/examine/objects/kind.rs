//! The kind of a list's items.

/// The kind of a list's items; `None` for the untyped `List`, whose items say it themselves.
pub(super) fn item_kind(list: &str) -> Option<&str> {
    list.strip_suffix("List")
        .map_or(Some(list), |kind| (!kind.is_empty()).then_some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_the_kind_of_its_items() {
        assert_eq!(item_kind("PodList"), Some("Pod"));
        assert_eq!(item_kind("List"), None);
        assert_eq!(item_kind("Pod"), Some("Pod"));
    }
}
