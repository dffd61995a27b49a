//! Tables of events: `kubectl get events` of all versions, wide or not, and `kubectl events`.

use super::header::Header;
use crate::kube::ObjectKey;
use crate::kube::describe::{DescribedEvent, ages, kind_of_resource, seconds, source};

/// One event of a table.
#[derive(Debug, Clone)]
pub struct EventRow<'a> {
    /// Its line in the text, counted from zero.
    pub line: usize,
    /// Its text.
    pub text: &'a str,
    /// What it is about.
    pub object: ObjectKey,
    /// The rest.
    pub event: DescribedEvent,
}

/// Whether the table is one of events.
pub(super) fn are_in(header: &Header<'_>) -> bool {
    header.has("REASON") && header.has("MESSAGE") && (header.has("OBJECT") || header.has("KIND"))
}

/// The events of all tables in a text; `namespace` is that of tables without such a column.
pub fn events<'a>(text: &'a str, namespace: &str) -> Vec<EventRow<'a>> {
    let mut found: Vec<EventRow<'a>> = Vec::new();
    let mut header: Option<Header> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        if let Some(next) = Header::parse(line) {
            header = Some(next);
            continue;
        }
        let Some(header) = header.as_ref().filter(|header| are_in(header)) else {
            continue;
        };
        match event(header, line, namespace) {
            Some((object, event)) => found.push(EventRow {
                line: number,
                text: line,
                object,
                event,
            }),
            // A message with a line end in it.
            None => {
                if let Some(last) = found.last_mut() {
                    last.event.message.push('\n');
                    last.event.message.push_str(line.trim());
                }
            }
        }
    }
    found
}

/// The event of a row; `None` where it is none.
fn event(header: &Header<'_>, row: &str, namespace: &str) -> Option<(ObjectKey, DescribedEvent)> {
    let cell = |heading: &str| header.cell(row, heading);
    let kind = cell("TYPE")?;
    if !matches!(kind, "Normal" | "Warning" | "Error") {
        return None;
    }
    let (resource, name) = match (cell("OBJECT"), cell("KIND"), cell("NAME")) {
        // `pod/web-0`, `Pod/web-0`; of old versions `Pod: web-0`.
        (Some(object), ..) => object.split_once('/').or_else(|| object.split_once(": "))?,
        // The name of an event is that of its object, a dot, and a number.
        (None, Some(kind), Some(name)) => (kind, name.rsplit_once('.').map_or(name, |cut| cut.0)),
        _ => return None,
    };
    let kind_of = kind_of_resource(resource).unwrap_or(resource);
    let namespace = match kind_of {
        "Node" | "PersistentVolume" | "Namespace" => "",
        _ => cell("NAMESPACE").unwrap_or(namespace),
    };
    let last_seen = cell("LAST SEEN").or_else(|| cell("LASTSEEN"));
    // `kubectl events` writes `36m (x5 over 52m)`.
    let (last_age, mut count, mut first_age) = last_seen.map_or((None, 1, None), ages);
    if let Some(stated) = cell("COUNT").and_then(|count| count.parse().ok()) {
        count = stated;
    }
    let first_seen = cell("FIRST SEEN").or_else(|| cell("FIRSTSEEN"));
    if let Some(stated) = first_seen.and_then(seconds) {
        first_age = Some(stated);
    }
    let (component, host) = source(cell("SOURCE").unwrap_or_default());
    let event = DescribedEvent {
        warning: kind != "Normal",
        reason: cell("REASON").unwrap_or_default().to_owned(),
        message: cell("MESSAGE").unwrap_or_default().to_owned(),
        component,
        host,
        count,
        first_age,
        last_age,
        line: 0,
    };
    Some((ObjectKey::new(kind_of, namespace, name.trim()), event))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Object, reason, count and ages of an event.
    type Told = (String, String, u64, Option<i64>, Option<i64>);

    /// The events of a text.
    fn read(text: &str) -> Vec<Told> {
        let told = |row: EventRow<'_>| {
            let event = row.event;
            (
                row.object.to_string(),
                event.reason,
                event.count,
                event.first_age,
                event.last_age,
            )
        };
        events(text, "").into_iter().map(told).collect()
    }

    #[test]
    fn events_of_every_version_tell_their_object_count_and_ages() {
        let all = "\
NAMESPACE   LAST SEEN   TYPE      REASON        OBJECT       MESSAGE
shop        62s         Warning   Failed        pod/web-0    Error: secret \"a\" not found
            5m          Normal    NodeReady     node/n1      Node n1 is ready
";
        let web = "Pod shop/web-0".to_owned();
        assert_eq!(
            read(all),
            [
                (web.clone(), "Failed".into(), 1, Some(62), Some(62)),
                (
                    "Node n1".into(),
                    "NodeReady".into(),
                    1,
                    Some(300),
                    Some(300)
                ),
            ]
        );
        let new = "\
NAMESPACE  LAST SEEN           TYPE      REASON   OBJECT     MESSAGE
shop       36m (x5 over 52m)   Warning   Failed   Pod/web-0  no
";
        assert_eq!(
            read(new),
            [(web.clone(), "Failed".into(), 5, Some(3_120), Some(2_160))]
        );
        let wide = "\
NAMESPACE  LAST SEEN   TYPE      REASON   OBJECT      SUBOBJECT   SOURCE        MESSAGE   FIRST SEEN   COUNT   NAME
shop       36m         Warning   Failed   pod/web-0               kubelet, n1   no way    52m          5       web-0.17
";
        assert_eq!(
            read(wide),
            [(web.clone(), "Failed".into(), 5, Some(3_120), Some(2_160))]
        );
        let old = "\
LAST SEEN   FIRST SEEN   COUNT     NAME        KIND      SUBOBJECT   TYPE      REASON    SOURCE        MESSAGE
36m         52m          5         web-0.17f   Pod                   Warning   Failed    kubelet, n1   no way
";
        assert_eq!(
            read(old),
            [(
                "Pod web-0".into(),
                "Failed".into(),
                5,
                Some(3_120),
                Some(2_160)
            )]
        );
        let loose =
            "LAST SEEN TYPE REASON OBJECT MESSAGE\n36m Warning Failed pod/web-0 no way to go\n";
        assert_eq!(events(loose, "")[0].event.message, "no way to go");
    }
}
