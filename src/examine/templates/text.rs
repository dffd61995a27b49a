//! A text word by word.

use super::classify as is;
use super::composite;
use crate::examine::lines::lossy;
use crate::examine::templates::extent::{
    braces, bracketed_address, closing, contains_scheme, is_word_byte, json_dump, placeholder,
    url_at,
};
use crate::examine::templates::out::Out;
use crate::examine::templates::shorten::{shortened, without_repeats};

/// Bytes of a text that are looked at: behind them stand dumps, not what tells errors apart.
const READ: usize = 4_096;

/// Longest quoted word that is taken for a name.
const NAME: usize = 300;

/// Words before a number that is a code and no count.
const CODES: &[&[u8]] = &[
    b"code",
    b"status",
    b"statuscode",
    b"status_code",
    b"responsecode",
    b"errno",
    b"http",
    b"exit",
    b"exitcode",
];

/// Words before the name of an object.
const NOUNS: &[&[u8]] = &[
    b"claim",
    b"cluster",
    b"clusteroperator",
    b"clusterrole",
    b"clusterrolebinding",
    b"configmap",
    b"container",
    b"controllerrevision",
    b"cronjob",
    b"daemonset",
    b"deployment",
    b"disk",
    b"endpoints",
    b"endpointslice",
    b"host",
    b"image",
    b"ingress",
    b"interface",
    b"job",
    b"key",
    b"lease",
    b"lock",
    b"machine",
    b"member",
    b"name",
    b"namespace",
    b"node",
    b"persistentvolume",
    b"persistentvolumeclaim",
    b"pod",
    b"pvc",
    b"replicaset",
    b"role",
    b"rolebinding",
    b"route",
    b"sandbox",
    b"secret",
    b"server",
    b"service",
    b"serviceaccount",
    b"statefulset",
    b"user",
    b"volume",
];

/// The template of a text: one line, cut where it is longer than templates may be.
pub fn normalise(text: &[u8]) -> String {
    let text = text.get(..text.len().min(READ)).unwrap_or_default();
    let mut out = Out::default();
    let mut at = 0;
    while out.text.len() < READ {
        let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else {
            break;
        };
        at += step(&mut out, rest).max(1);
    }
    let template = lossy(&out.text);
    let listed = without_repeats(template.trim(), ", ");
    shortened(&without_repeats(&listed, " "))
}

/// Writes what the text begins with and says how many bytes that was.
fn step(out: &mut Out, text: &[u8]) -> usize {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    match text.get(slashes) {
        Some(quote @ (b'"' | b'\'' | b'`')) if slashes > 0 || is_quote(out, *quote) => {
            return quoted(out, text, slashes, *quote);
        }
        Some(letter @ (b'n' | b't' | b'r')) if slashes > 0 && breaks(text, slashes, *letter) => {
            out.blank();
            return slashes + 1;
        }
        _ => {}
    }
    let Some(&first) = text.first() else { return 1 };
    if first.is_ascii_whitespace() || first.is_ascii_control() {
        out.blank();
        if out.keyed {
            out.forget();
        }
        return 1;
    }
    if first == b'<'
        && let Some(length) = placeholder(text)
    {
        let own = text.get(..length).unwrap_or_default();
        out.raw(own);
        out.forget();
        let port = matches!(own, b"<ip>" | b"<host>");
        let rest = text.get(length..).filter(|_| port).unwrap_or_default();
        return length + port_behind(out, rest);
    }
    if first == b'['
        && let Some(length) = bracketed_address(text)
    {
        out.placeholder(b"ip");
        out.forget();
        return length + port_behind(out, text.get(length..).unwrap_or_default());
    }
    if is_word_byte(first) {
        return word(out, text);
    }
    if let Some(length) = json_dump(text) {
        out.raw("{…}".as_bytes());
        out.forget();
        return length;
    }
    out.raw(&[first]);
    match first {
        b'=' => out.keyed = !out.word.is_empty(),
        b':' => {}
        _ => out.forget(),
    }
    1
}

/// Whether `\n` here is a line end and not the begin of a Windows path's part.
fn breaks(text: &[u8], slashes: usize, letter: u8) -> bool {
    let next = text.get(slashes + 1).copied().unwrap_or(b' ');
    letter == b'n' && !next.is_ascii_lowercase() || letter != b'n' && !next.is_ascii_alphanumeric()
}

/// Whether a quote opens or closes, and is no apostrophe inside a word.
fn is_quote(out: &Out, quote: u8) -> bool {
    quote != b'\'' || !out.text.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// Writes a port at the front, with its colon.
fn port_behind(out: &mut Out, text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(b":") else {
        return 0;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let Some(port) = rest.get(..digits).filter(|port| !port.is_empty()) else {
        return 0;
    };
    out.raw(b":");
    composite::put_port(out, port);
    digits + 1
}

/// A quote: with the word or value in it where that is one thing, else alone.
fn quoted(out: &mut Out, text: &[u8], slashes: usize, quote: u8) -> usize {
    let open = slashes + 1;
    let key = out.key().map(<[u8]>::to_vec);
    let inside = text.get(open..).unwrap_or_default();
    let reach = inside.len().min(if key.is_some() { READ } else { NAME });
    let Some(length) = closing(inside.get(..reach).unwrap_or_default(), slashes, quote) else {
        out.raw(&[quote]);
        out.forget();
        return open;
    };
    let content = inside.get(..length).unwrap_or_default();
    let whole = open + length + slashes + 1;
    if let Some(key) = key {
        out.placeholder(&key);
        out.forget();
        return whole;
    }
    if content.iter().any(u8::is_ascii_whitespace) || content.contains(&b'\\') {
        out.raw(&[quote]);
        out.forget();
        return open;
    }
    let behind = text.get(whole).copied();
    let member = matches!(out.text.trim_ascii_end().last(), Some(b'{' | b','));
    out.raw(&[quote]);
    if behind == Some(b'=') || behind == Some(b':') && member {
        out.raw(content);
        out.raw(&[quote]);
        out.remember(content);
        if behind == Some(b':') {
            out.raw(b":");
            out.keyed = true;
            // The blank behind the colon does not end the pair.
            let blank = usize::from(text.get(whole + 1) == Some(&b' '));
            return whole + 1 + blank;
        }
        return whole;
    }
    if content.is_empty() {
    } else if placeholder(content) == Some(content.len()) {
        out.raw(content);
    } else if content.starts_with(b"/") || contains_scheme(content) || !is::is_name_like(content) {
        one_word(out, content);
    } else {
        out.placeholder(b"name");
    }
    out.raw(&[quote]);
    out.forget();
    whole
}

/// A word and the punctuation at its end.
fn word(out: &mut Out, text: &[u8]) -> usize {
    if let Some((scheme, length)) = url_at(text) {
        let rest = text.get(scheme + 3..length).unwrap_or_default();
        if let Some(key) = out.key().map(<[u8]>::to_vec) {
            out.placeholder(&key);
        } else {
            composite::url(out, text.get(..scheme).unwrap_or_default(), rest);
        }
        out.forget();
        return length;
    }
    let mut length = 0;
    while let Some(byte) = text.get(length) {
        let escape = *byte == b'\\'
            && text
                .get(length..)
                .unwrap_or_default()
                .iter()
                .find(|byte| **byte != b'\\')
                .is_none_or(|next| matches!(next, b'"' | b'\'' | b'`' | b'n' | b't'));
        if !is_word_byte(*byte) || escape {
            break;
        }
        length += 1;
    }
    let all = text.get(..length).unwrap_or_default();
    let tail = all
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b':' | b'.' | b'!' | b'?' | b'-'))
        .count();
    // `::` is an address, `...` is punctuation alone.
    let tail = if tail == length { 0 } else { tail };
    let word = all.get(..length - tail).unwrap_or_default();
    let key = out.key().map(<[u8]>::to_vec);
    if let Some(key) = key {
        out.placeholder(&key);
        out.forget();
    } else {
        one_word(out, word);
        out.remember(word);
    }
    let end = all.get(length - tail..).unwrap_or_default();
    out.raw(end);
    if !matches!(end, b"" | b":") {
        out.forget();
    }
    let length = length.max(1);
    length + dump_behind(out, word, text.get(length..).unwrap_or_default())
}

/// Leaves out the fields of a Go value printed whole, `&v1.Pod{...}`: its type says enough. A value
/// that does not end within the text takes the rest of it.
fn dump_behind(out: &mut Out, word: &[u8], text: &[u8]) -> usize {
    let names_type = memchr::memrchr(b'&', word)
        .and_then(|at| word.get(at + 1))
        .is_some_and(u8::is_ascii_alphabetic);
    if !names_type || text.first() != Some(&b'{') {
        return 0;
    }
    out.raw("{…}".as_bytes());
    braces(text).unwrap_or(text.len())
}

/// One word without the punctuation around it.
fn one_word(out: &mut Out, word: &[u8]) {
    if word.iter().all(u8::is_ascii_alphabetic) {
        out.raw(word);
        return;
    }
    if let Some((scheme, length)) = url_at(word).filter(|(_, length)| *length == word.len()) {
        let rest = word.get(scheme + 3..length).unwrap_or_default();
        composite::url(out, word.get(..scheme).unwrap_or_default(), rest);
    } else if is_code(out, word) {
        out.raw(word);
    } else if is_go_type(word) {
        out.placeholder(b"type");
    } else if composite::is_api_path(word) {
        out.placeholder(b"api-path");
    } else if NOUNS.contains(&out.word.as_slice())
        && is::is_name_like(word)
        && word.iter().any(|byte| !byte.is_ascii_lowercase())
    {
        let noun = out.word.clone();
        out.placeholder(&noun);
    } else if is_group_version(word) {
        out.placeholder(b"api");
    } else if is_namespaced(word) {
        out.placeholder(b"namespace");
        out.raw(b"/");
        out.placeholder(b"name");
    } else {
        composite::segments(out, word);
    }
}

/// Whether this number is a status or exit code: another one is another error.
fn is_code(out: &Out, word: &[u8]) -> bool {
    (1..=3).contains(&word.len())
        && word.iter().all(u8::is_ascii_digit)
        && CODES.contains(&out.word.as_slice())
}

/// `*v1.Pod`, `*unstructured.Unstructured`: which kind is read is no other error.
fn is_go_type(word: &[u8]) -> bool {
    word.strip_prefix(b"*").is_some_and(|name| {
        let dot = memchr::memrchr(b'.', name);
        dot.and_then(|dot| name.get(dot + 1))
            .is_some_and(u8::is_ascii_uppercase)
    })
}

/// `apps/v1`, `metrics.k8s.io/v1beta1`.
fn is_group_version(word: &[u8]) -> bool {
    let Some(slash) = memchr::memchr(b'/', word) else {
        return false;
    };
    let (group, version) = word.split_at_checked(slash).unwrap_or((word, b""));
    let version = version.get(1..).unwrap_or_default();
    version.first() == Some(&b'v')
        && is::is_known_word(version)
        && !group.is_empty()
        && group.iter().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
        })
}

/// `kube-system/coredns`: two names, of which one has a dash, so that it is no pair of words.
fn is_namespaced(word: &[u8]) -> bool {
    let Some(slash) = memchr::memchr(b'/', word) else {
        return false;
    };
    let (namespace, name) = word.split_at_checked(slash).unwrap_or((word, b""));
    let name = name.get(1..).unwrap_or_default();
    let sound = |name: &[u8]| {
        name.len() >= 2
            && name
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
    };
    sound(namespace) && sound(name) && word.contains(&b'-')
}
