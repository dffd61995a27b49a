//! Templates no longer than people read.

/// Drops items of a list, between `separator`s, that say the same as the one before.
pub(super) fn without_repeats(template: &str, separator: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut from = 0;
    let ends = memchr::memmem::find_iter(template.as_bytes(), separator);
    for end in ends.chain([template.len()]) {
        let item = template.get(from..end).unwrap_or_default();
        let first = from == 0;
        from = end + separator.len();
        let core = item.trim_end_matches([']', ')', '}', '"', ',']);
        let same = core.contains('<')
            && out.strip_suffix(core).is_some_and(|before| {
                before
                    .chars()
                    .next_back()
                    .is_none_or(|before| matches!(before, ' ' | '[' | '(' | '{' | '"'))
            });
        if same {
            out.push_str(item.get(core.len()..).unwrap_or_default());
            continue;
        }
        if !first {
            out.push_str(separator);
        }
        out.push_str(item);
    }
    out
}

/// Cuts a template to its longest length, between words where that is possible: its begin and its
/// end stay.
pub(super) fn shortened(template: &str) -> String {
    const MARK: &str = " … ";
    if template.len() <= LONGEST {
        return template.to_owned();
    }
    let mut head = LONGEST - END - MARK.len();
    while !template.is_char_boundary(head) {
        head -= 1;
    }
    let mut tail = template.len() - END;
    while !template.is_char_boundary(tail) {
        tail += 1;
    }
    let head = template.get(..head).unwrap_or_default();
    let tail = template.get(tail..).unwrap_or_default();
    let head = head.rsplit_once(' ').map_or(head, |(head, _)| head);
    let tail = tail
        .split_once(' ')
        .filter(|(lost, _)| lost.len() < END / 4)
        .map_or(tail, |(_, tail)| tail);
    format!("{}{MARK}{}", head.trim_end(), tail.trim_start())
}

/// Bytes of a template; two errors that read alike for as long are one.
const LONGEST: usize = 600;

/// Bytes at the end of a longer template: chains of errors end with their cause.
const END: usize = 320;
