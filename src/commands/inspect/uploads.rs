//! What each node brought, for collectors that run on every node.

use crate::commands::inspect::wrap::wrapped;
use crate::evidence::Evidence;
use crate::report::glyphs::visible;
use jiff::Timestamp;
use std::fmt::Write as _;

/// Where the values of a node's lines begin.
const INDENT: usize = 14;

/// The nodes, each with what it brought, when, and what is absent; empty for other collectors.
pub(super) fn uploads(evidence: &Evidence) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let uploads = &evidence.layout.uploads;
    if uploads.is_empty() {
        return Ok(text);
    }
    let absent: Vec<_> = evidence.nodes.absent().collect();
    writeln!(
        text,
        "\nUPLOADS     of {} of {} known nodes",
        evidence.nodes.iter().count() - absent.len(),
        evidence.nodes.iter().count()
    )?;
    for upload in uploads {
        let node = upload.node.as_deref().unwrap_or("(unknown node)");
        writeln!(text, "\n  {}", visible(node))?;
        if let Some(collected) = upload.collected {
            let at = collected.at.strftime("%Y-%m-%dT%H:%M:%SZ");
            writeln!(text, "    collected {at} ({})", collected.told_by.words())?;
        }
        if let Some((first, last)) = journal(evidence, upload.node.as_deref()) {
            let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ");
            writeln!(text, "    kubelet   {} to {}", time(first), time(last))?;
        }
        let brought = upload.brought.iter();
        let brought = brought.map(|(collector, files)| format!("{collector} {files}"));
        let brought: Vec<String> = brought.collect();
        text.push_str(&wrapped("    brought", INDENT, &brought));
        let missing = upload.absent.iter();
        let missing = missing.map(|(collector, why)| format!("{collector} ({why})"));
        let missing: Vec<String> = missing.collect();
        text.push_str(&wrapped("    absent", INDENT, &missing));
    }
    for (node, sight) in absent {
        let why = match sight.trouble.as_str() {
            "" => "nothing",
            trouble => &format!("nothing ({trouble})"),
        };
        writeln!(text, "\n  {}", visible(node))?;
        writeln!(text, "    uploaded  {}", visible(why))?;
        if let Some(locator) = &sight.named_at {
            let file = locator.entry.file_name();
            writeln!(text, "    named in  {}", visible(file))?;
        }
    }
    Ok(text)
}

/// First and last time in the kubelet's journal of a node.
fn journal(evidence: &Evidence, node: Option<&str>) -> Option<(Timestamp, Timestamp)> {
    let own = evidence.logs.iter().filter(|log| {
        log.role.component == Some("kubelet") && node.is_some() && log.role.node.as_deref() == node
    });
    let (mut first, mut last) = (None, None);
    for log in own {
        first = [first, log.first].into_iter().flatten().min();
        last = last.max(log.last);
    }
    first.zip(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::inspect::wrap::WIDTH;

    #[test]
    fn a_long_list_wraps_under_its_first_item() {
        let items: Vec<String> = (10..30).map(|n| format!("collector{n} 3")).collect();
        let text = wrapped("    uploaded", INDENT, &items);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("    uploaded  collector10 3,"), "{text}");
        let indent = " ".repeat(INDENT);
        assert!(lines.all(|line| line.starts_with(&indent)), "{text}");
        assert!(text.ends_with("collector29 3\n"), "{text}");
    }
}
