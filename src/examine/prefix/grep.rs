//! Lines as grep prints them from several files: `logs/kubelet.log:20180:E0809 16:10:19 ...`.

use super::{Inner, Kind, Layer};
use memchr::{memchr, memmem, memrchr};

/// How far the name of the file may reach.
const LONGEST_PATH: usize = 240;

/// Ends of the names of files that grep is asked for logs in.
const LOGS: [&[u8]; 4] = [b".log:", b".log-", b"/syslog:", b"/messages:"];

/// Programs by which a file is called, as journals name them too.
const PROGRAMS: &[&[u8]] = &[
    b"containerd",
    b"coredns",
    b"dockerd",
    b"etcd",
    b"kernel",
    b"kube-apiserver",
    b"kube-controller-manager",
    b"kube-proxy",
    b"kube-scheduler",
    b"kubelet",
];

/// The file's name at the front, with or without the number of the line.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    let head = text.get(..text.len().min(LONGEST_PATH))?;
    let end = LOGS
        .iter()
        .filter_map(|end| Some(memmem::find(head, end)? + end.len()))
        .min()?;
    let path = text.get(..end - 1)?;
    if path
        .iter()
        .any(|byte| byte.is_ascii_whitespace() || b"\"={".contains(byte))
    {
        return None;
    }
    let rest = text.get(end..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let numbered = digits > 0 && matches!(rest.get(digits), Some(b':' | b'-'));
    let message = if numbered { end + digits + 1 } else { end };
    let start = memrchr(b'/', path).map_or(0, |slash| slash + 1);
    let name = path.get(start..)?;
    let stem = memchr(b'.', name)
        .and_then(|dot| name.get(..dot))
        .unwrap_or(name);
    let known = PROGRAMS.contains(&stem);
    Some(Layer {
        kind: Kind::Wrapper,
        unit: known.then(|| start..start + stem.len()),
        message,
        inner: Inner::Plain,
        ..Layer::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::examine::prefix::{Level, parse};

    #[test]
    fn the_name_of_the_file_tells_who_wrote_a_line() {
        let line = b"kubelet.log:20180:E0809 16:10:19.943501    3120 kubelet.go:2855] \"x\"";
        let prefix = parse(line);
        assert_eq!(
            (prefix.unit, prefix.level),
            (Some("kubelet"), Some(Level::Error))
        );
        assert!(prefix.stamp.is_some());
        let line = b"./logs/containerd.err.log:time=\"2022-08-09T16:10:19Z\" level=error msg=\"x\"";
        let prefix = parse(line);
        assert_eq!(
            (prefix.unit, prefix.level),
            (Some("containerd"), Some(Level::Error))
        );
        for line in [
            "reading a.log: it is gone",
            "a b.log:1:x",
            "E0809 is no file",
        ] {
            assert_eq!(parse(line.as_bytes()).unit, None, "{line}");
        }
    }
}
