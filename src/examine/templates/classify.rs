//! What one word is, told from its letters alone.

use super::bytes::Bytes;

/// Whether the letters of a pod's or replica set's hash can make this up: Kubernetes leaves out
/// vowels and what looks like them, so that no word arises.
fn is_safe_encoded(word: &[u8]) -> bool {
    const LETTERS: Bytes = Bytes::of(b"bcdfghjklmnpqrstvwxz2456789");
    word.iter().all(|byte| LETTERS.hold(*byte))
}

/// Whether there is a digit.
pub(super) fn has_digit(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_digit)
}

/// Whether there is a letter.
fn has_letter(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_alphabetic)
}

/// `8f14e45f-ceea-467f-a8d2-2b1c6f0e9a11`.
pub(super) fn is_uuid(word: &[u8]) -> bool {
    word.len() == 36
        && word.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                *byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// `0xc000123`, or at least seven hexadecimal digits that are no number and no word.
pub(super) fn is_hex(word: &[u8]) -> bool {
    if let Some(digits) = word.strip_prefix(b"0x") {
        return !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    }
    word.len() >= 7 && word.iter().all(u8::is_ascii_hexdigit) && has_digit(word) && has_letter(word)
}

/// A part of a name that was made up by a controller: `5d78c9869d`, `x7k2p`.
pub(super) fn is_hash(part: &[u8]) -> bool {
    match part.len() {
        5 => is_safe_encoded(part) && (has_letter(part) || has_digit(part)),
        6..=10 => {
            has_digit(part)
                && has_letter(part)
                && part
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                && (is_safe_encoded(part) || is_hex(part))
        }
        _ => false,
    }
}

/// `-12`, `3.14`, `99%`, `1,024`.
pub(super) fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    let digits = digits.strip_suffix(b"%").unwrap_or(digits);
    digits.first().is_some_and(u8::is_ascii_digit)
        && digits
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// `1.5s`, `10m0s`, `300ms`, `2h45m10.2s`, `12µs`.
pub(super) fn is_duration(word: &[u8]) -> bool {
    const UNITS: [&[u8]; 9] = [
        b"ns",
        "µs".as_bytes(),
        "μs".as_bytes(),
        b"us",
        b"ms",
        b"s",
        b"m",
        b"h",
        b"d",
    ];
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let mut any = false;
    while !rest.is_empty() {
        let digits = rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
            .count();
        let Some(unit) = rest.get(digits..).filter(|_| digits > 0) else {
            return false;
        };
        let Some(next) = UNITS.iter().find_map(|name| {
            let next = unit.strip_prefix(*name)?;
            (next.is_empty() || next.first().is_some_and(u8::is_ascii_digit)).then_some(next)
        }) else {
            return false;
        };
        rest = next;
        any = true;
    }
    any
}

/// `128Mi`, `1.5GiB`, `300kB`.
pub(super) fn is_size(word: &[u8]) -> bool {
    let digits = word
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .count();
    digits > 0
        && matches!(
            word.get(digits..).unwrap_or_default(),
            b"B" | b"K"
                | b"k"
                | b"M"
                | b"G"
                | b"T"
                | b"KB"
                | b"kB"
                | b"MB"
                | b"GB"
                | b"TB"
                | b"Ki"
                | b"Mi"
                | b"Gi"
                | b"Ti"
                | b"KiB"
                | b"MiB"
                | b"GiB"
                | b"TiB"
                | b"bytes"
        )
}

/// `2024-05-01T12:00:00Z`, `2024/05/01`, `12:00:00.123`.
pub(super) fn is_time(word: &[u8]) -> bool {
    let shaped = |pattern: &[u8]| {
        word.len() >= pattern.len()
            && word.iter().zip(pattern).all(|(byte, wanted)| match wanted {
                b'd' => byte.is_ascii_digit(),
                b'-' => matches!(byte, b'-' | b'/'),
                wanted => byte == wanted,
            })
    };
    let tail = |from: usize| {
        word.get(from..).unwrap_or_default().iter().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b',' | b'+' | b'-' | b'Z' | b'T')
        })
    };
    (shaped(b"dddd-dd-dd") && tail(10)) || (shaped(b"dd:dd:dd") && tail(8))
}

/// With what the names of zones begin.
const CONTINENTS: &[&[u8]] = &[
    b"af",
    b"africa",
    b"ap",
    b"asia",
    b"australia",
    b"ca",
    b"eu",
    b"europe",
    b"me",
    b"northamerica",
    b"sa",
    b"southamerica",
    b"us",
];

/// A zone of a cloud: `us-central1-a`, `eu-west-1a`. The same failure in each of them is one.
pub(super) fn is_zone(word: &[u8]) -> bool {
    let Some((letter, region)) = word.split_last() else {
        return false;
    };
    let region = region.strip_suffix(b"-").unwrap_or(region);
    let mut parts = region.split(|byte| *byte == b'-');
    let begins = parts.next().is_some_and(|part| CONTINENTS.contains(&part));
    let Some(rest) = parts.next() else {
        return false;
    };
    let number = region.last().is_some_and(u8::is_ascii_digit);
    letter.is_ascii_lowercase()
        && begins
        && number
        && rest.first().is_some_and(u8::is_ascii_lowercase)
}

/// Length of the address at the front: four numbers with dots, or hexadecimal groups with at least
/// two colons. A port is not part of it.
pub(super) fn address(word: &[u8]) -> Option<usize> {
    let length = word
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .count();
    let front = word.get(..length)?;
    let mut octets = 0;
    let sound = front.split(|byte| *byte == b'.').all(|octet| {
        octets += 1;
        (1..=3).contains(&octet.len())
    });
    let ends = word
        .get(length)
        .is_none_or(|byte| !byte.is_ascii_alphanumeric());
    if sound && octets == 4 && ends {
        return Some(length);
    }
    let sixth = word
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit() || **byte == b':')
        .count();
    let front = word.get(..sixth)?;
    let colons = memchr::memchr_iter(b':', front).count();
    (colons >= 2 && sixth == word.len() && (front.starts_with(b":") || has_digit(front)))
        .then_some(sixth)
}

/// Letters and digits of which the digits are part of the word.
pub(super) fn is_known_word(part: &[u8]) -> bool {
    // `v1`, `v1beta1`, `v2alpha1`.
    let version = part.strip_prefix(b"v").is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let stage = rest.get(digits..).unwrap_or_default();
        let stage = stage
            .strip_prefix(b"alpha")
            .or_else(|| stage.strip_prefix(b"beta"))
            .unwrap_or(stage);
        (1..=2).contains(&digits) && stage.len() <= 2 && stage.iter().all(u8::is_ascii_digit)
    });
    version
        || matches!(
            part,
            b"sha256"
                | b"sha512"
                | b"sha1"
                | b"md5"
                | b"x509"
                | b"ipv4"
                | b"ipv6"
                | b"IPv4"
                | b"IPv6"
                | b"http2"
                | b"HTTP2"
                | b"h2"
                | b"tcp4"
                | b"tcp6"
                | b"udp4"
                | b"udp6"
                | b"base64"
                | b"utf8"
                | b"UTF8"
                | b"ec2"
                | b"EC2"
                | b"s3"
                | b"S3"
                | b"k8s"
                | b"K8s"
                | b"e2e"
                | b"oauth2"
                | b"OAuth2"
                | b"ext4"
                | b"i18n"
                | b"L4"
                | b"L7"
                | b"l4"
                | b"l7"
                | b"TLS1"
                | b"grpc1"
                | b"ip6tables"
                | b"etcd3"
                | b"NXDOMAIN2"
                | b"int64"
                | b"int32"
                | b"uint64"
                | b"float64"
                | b"uint32"
        )
}

/// Ports that say which service is meant; others are chosen at random.
pub(super) fn is_known_port(port: &[u8]) -> bool {
    matches!(
        port,
        b"22"
            | b"25"
            | b"53"
            | b"80"
            | b"111"
            | b"123"
            | b"179"
            | b"389"
            | b"443"
            | b"445"
            | b"636"
            | b"2049"
            | b"2379"
            | b"2380"
            | b"3306"
            | b"4443"
            | b"5000"
            | b"5432"
            | b"6379"
            | b"6443"
            | b"8080"
            | b"8443"
            | b"9090"
            | b"9092"
            | b"9093"
            | b"9200"
            | b"9443"
            | b"10250"
            | b"10255"
            | b"10256"
            | b"10257"
            | b"10259"
            | b"22623"
            | b"27017"
    )
}

/// Lower-case letters, digits and what stands in names of objects; with at least one letter.
pub(super) fn is_name_like(word: &[u8]) -> bool {
    const SIGNS: Bytes = Bytes::of(b"-._:/@~*");
    !word.is_empty()
        && word.iter().any(u8::is_ascii_lowercase)
        && word
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || SIGNS.hold(*byte))
}
