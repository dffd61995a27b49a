//! The command line of a kubelet, as `ps -o cmd= -C kubelet` prints it.

use super::super::facts::KubeletCommand;
use super::super::lines;
use crate::limits::Limits;

/// Reads the first line, where it is the command line of a kubelet; of several kubelets the first.
pub(super) fn read(body: &[u8], first_line: u64, limits: &Limits) -> Option<KubeletCommand> {
    let start = body.len() - body.trim_ascii_start().len();
    let line = body.get(start..)?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.trim();
    let mut words = line.split_whitespace().peekable();
    let program = words.next()?.rsplit('/').next()?;
    match program {
        "kubelet" => {}
        "hyperkube" if words.next_if_eq(&"kubelet").is_some() => {}
        _ => return None,
    }
    let mut flags = Vec::new();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            continue;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, value),
            None => (
                flag,
                words
                    .next_if(|next| !next.starts_with('-'))
                    .unwrap_or("true"),
            ),
        };
        flags.push((name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
    }
    (!flags.is_empty()).then(|| KubeletCommand {
        flags,
        snippet: lines::snippet(
            body,
            first_line + lines::feeds(body.get(..start).unwrap_or_default()),
            start..start + line.len(),
            limits,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &str) -> Option<Vec<(String, String)>> {
        read(text.as_bytes(), 1, &Limits::RELEASE).map(|command| command.flags)
    }

    #[test]
    fn flags_are_read_in_every_spelling() {
        let text = "/usr/local/bin/kubelet --enable-server --v=2 --config /etc/default/kubeletconfig.json --eviction-hard=memory.available<750Mi,nodefs.available<10% --node-ip=\"\"\n";
        let told = flags(text).unwrap_or_default();
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("enable-server", "true"),
                ("v", "2"),
                ("config", "/etc/default/kubeletconfig.json"),
                (
                    "eviction-hard",
                    "memory.available<750Mi,nodefs.available<10%"
                ),
                ("node-ip", ""),
            ]
        );
        assert!(flags("/hyperkube kubelet --v=2\n").is_some());
    }

    #[test]
    fn other_commands_and_lines_are_none() {
        for text in [
            "",
            "kubelet",
            "kubelet is running",
            "/usr/bin/kube-proxy --v=2",
            "Nov 29 18:33:25 host kubelet[2983]: --v=2",
            "hyperkube apiserver --v=2",
        ] {
            assert_eq!(flags(text), None, "{text}");
        }
    }
}
