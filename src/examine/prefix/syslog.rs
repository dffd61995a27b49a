//! Prefixes of syslog and journald: `Nov  9 18:33:25 host unit[pid]: `, and the kernel's `<6>`.

use super::{Inner, Kind, Layer};
use crate::time::{Stamp, read};
use std::ops::Range;

/// The longest host name (DNS allows 253 bytes).
const LONGEST_HOST: usize = 253;

/// The longest name of a program; systemd cuts none, syslog ends at 32.
const LONGEST_UNIT: usize = 64;

/// Programs that write without a pid even where lines begin with an ISO time. Other words before a
/// colon are then a message.
const WITHOUT_PID: &[&[u8]] = &[
    b"audit",
    b"chronyd",
    b"cloud-init",
    b"containerd",
    b"crio",
    b"dockerd",
    b"kernel",
    b"kubelet",
    b"rsyslogd",
    b"sshd",
    b"sudo",
    b"systemd",
];

/// Who a line is by.
pub(super) struct Owner {
    /// The machine.
    pub(super) host: Range<usize>,
    /// The program.
    pub(super) unit: Range<usize>,
    /// Whether the program's pid is stated.
    has_pid: bool,
    /// Where the message begins.
    pub(super) message: usize,
}

/// `Nov  9 18:33:25 host unit[pid]: `. A date without an owner is still a time.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    let (stamp, length) = read::syslog(text)?;
    Some(stamped(text, stamp, length))
}

/// The same with the month in another language; here the owner is required, for the date alone is
/// too easily something else.
pub(super) fn foreign(text: &[u8]) -> Option<Layer> {
    let (stamp, length) = read::foreign_syslog(text)?;
    Some(stamped(text, stamp, length)).filter(|layer| layer.unit.is_some())
}

/// The layer behind a date that ends at `length`.
fn stamped(text: &[u8], stamp: Stamp, length: usize) -> Layer {
    match owner(text, length) {
        Some(owner) => owned(text, stamp, owner),
        None => Layer {
            stamp: Some(stamp),
            message: text.len().min(length + super::words::blanks(text, length)),
            inner: Inner::Plain,
            ..Layer::default()
        },
    }
}

/// `host unit[pid]: ` behind an ISO time, where almost any text can follow: only with a pid or a
/// program that is known.
pub(super) fn behind_iso(text: &[u8], stamp: Stamp, at: usize) -> Option<Layer> {
    let owner = owner(text, at)?;
    let known = || WITHOUT_PID.contains(&text.get(owner.unit.clone()).unwrap_or_default());
    (owner.has_pid || known()).then(|| owned(text, stamp, owner))
}

/// The layer of a line whose owner is known. What the kernel says has no header but its own clock:
/// its `INFO:` is no level.
fn owned(text: &[u8], stamp: Stamp, owner: Owner) -> Layer {
    let kernel = text.get(owner.unit.clone()) == Some(b"kernel");
    let own_clock = text.get(owner.message) == Some(&b'[');
    Layer {
        stamp: Some(stamp),
        owner: owner.host.start..owner.message,
        host: Some(owner.host),
        unit: Some(owner.unit),
        kind: Kind::Wrapper,
        kernel,
        message: owner.message,
        inner: if kernel && !own_clock {
            Inner::Nothing
        } else {
            Inner::Plain
        },
        ..Layer::default()
    }
}

/// ` host unit[pid]: ` from the space at `at` on.
fn owner(text: &[u8], at: usize) -> Option<Owner> {
    let host_start = at + 1;
    let rest = text.get(host_start..)?;
    let host_length = rest
        .iter()
        .take(LONGEST_HOST + 1)
        .take_while(|&&byte| is_host(byte))
        .count();
    let gap = text.get(at)? == &b' ' && rest.get(host_length) == Some(&b' ');
    if !gap || host_length == 0 || host_length > LONGEST_HOST {
        return None;
    }
    let unit_start = host_start + host_length + 1;
    let rest = text.get(unit_start..)?;
    let unit_length = rest
        .iter()
        .take(LONGEST_UNIT + 1)
        .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b':' | b'['))
        .count();
    if unit_length == 0 || unit_length > LONGEST_UNIT {
        return None;
    }
    let pid = pid(rest.get(unit_length..)?)?;
    let colon = unit_length + pid;
    let message = match rest.get(colon..)? {
        [b':', b' ', ..] => colon + 2,
        [b':'] => colon + 1,
        _ => return None,
    };
    Some(Owner {
        host: host_start..host_start + host_length,
        unit: unit_start..unit_start + unit_length,
        has_pid: pid > 0,
        message: unit_start + message,
    })
}

/// Whether a byte can be part of a host's name or address.
fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':')
}

/// Length of `[123]`; 0 where there is no bracket, `None` where it holds something else.
pub(super) fn pid(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'[') {
        return Some(0);
    }
    let digits = text
        .iter()
        .skip(1)
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    (digits > 0 && text.get(digits + 1) == Some(&b']')).then_some(digits + 2)
}

/// `<6>` in front of a line, as the kernel and syslog senders write it.
pub(super) fn priority(text: &[u8]) -> Option<Layer> {
    let digits = text
        .iter()
        .skip(1)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let closed = text.get(digits + 1) == Some(&b'>');
    ((1..=3).contains(&digits) && closed).then(|| Layer {
        kind: Kind::Wrapper,
        message: digits + 2,
        inner: Inner::Plain,
        ..Layer::default()
    })
}
