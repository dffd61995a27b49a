//! Certificates inside objects: until when each is good, and for whom.
//!
//! In: the value of an object. Out: a [`Certificate`] for each of its fields that holds one. A
//! value that is redacted or damaged yields nothing: it is unknown, never "good". Nothing is
//! verified, and no key is ever read.

use super::value::{self as read, push_key};
use crate::limits::Limits;
use crate::locator::Snippet;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode as _;
use x509_cert::time::Time;

/// What one field of an object holds: a certificate, or a bundle of them.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// What it is for.
    pub purpose: Purpose,
    /// The field, such as `data["tls.crt"]`.
    pub field: String,
    /// Subject of the one whose times these are.
    pub subject: String,
    /// It is good from then.
    pub not_before: Timestamp,
    /// It is good until then.
    pub not_after: Timestamp,
    /// Certificates in the field.
    pub count: usize,
    /// The front of the field, where it stands.
    pub snippet: Snippet,
}

/// What a certificate is for, which says whose times count where a field holds several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// A server or client shows it: the first is its own, the others are above it.
    Shown,
    /// Others are checked against it: as long as one of them is good, a rotation may be under way.
    Trusted,
    /// It was issued upon a request, and may have been replaced since.
    Issued,
}

/// Characters kept of a subject; names of hosts reach 253.
const SUBJECT_CHARS: usize = 200;

/// The certificates of an object that can be read, in order of their fields.
pub fn certificates(
    value: &Value,
    kind: &str,
    limits: &Limits,
    place: &mut dyn FnMut(&str) -> Snippet,
) -> Vec<Certificate> {
    let mut found = Vec::new();
    for (field, purpose, text) in fields(value, kind) {
        if found.len() >= limits.object_certificates {
            break;
        }
        let read = certificate_of(&text, purpose, limits);
        found.extend(
            read.map(|(subject, not_before, not_after, count)| Certificate {
                purpose,
                snippet: place(&field),
                field,
                subject,
                not_before,
                not_after,
                count,
            }),
        );
    }
    found
}

/// Fields that may hold certificates, with their text in PEM.
fn fields<'v>(value: &'v Value, kind: &str) -> Vec<(String, Purpose, Cow<'v, str>)> {
    let encoded = |at: Option<&str>, field: String, purpose| {
        let text = STANDARD.decode(at?.trim()).ok()?;
        let text = String::from_utf8(text).ok()?;
        Some((field, purpose, Cow::Owned(text)))
    };
    let one = |field: &str, purpose| {
        let found = encoded(read::text(value, field), field.to_owned(), purpose);
        found.into_iter().collect()
    };
    match kind {
        "Secret" => {
            let text = value.get("data").and_then(|data| data.get("tls.crt"));
            let field = "data[\"tls.crt\"]".to_owned();
            encoded(text.and_then(Value::as_str), field, Purpose::Shown)
                .into_iter()
                .collect()
        }
        "ConfigMap" => read::get(value, "data")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(key, text)| {
                let text = text.as_str().filter(|text| text.contains(BEGIN))?;
                let mut field = "data".to_owned();
                push_key(&mut field, key);
                Some((field, Purpose::Trusted, Cow::Borrowed(text)))
            })
            .collect(),
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            let webhooks = read::list(value, "webhooks").iter().enumerate();
            webhooks
                .filter_map(|(index, webhook)| {
                    encoded(
                        read::text(webhook, "clientConfig.caBundle"),
                        format!("webhooks[{index}].clientConfig.caBundle"),
                        Purpose::Trusted,
                    )
                })
                .collect()
        }
        "APIService" => one("spec.caBundle", Purpose::Trusted),
        "CertificateSigningRequest" => one("status.certificate", Purpose::Issued),
        _ => vec![],
    }
}

/// How a certificate begins in PEM.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
/// How it ends.
const END: &str = "-----END CERTIFICATE-----";

/// Subject and times of the certificate of a text that counts, and how many were read.
fn certificate_of(
    text: &str,
    purpose: Purpose,
    limits: &Limits,
) -> Option<(String, Timestamp, Timestamp, usize)> {
    let mut all = text
        .split(BEGIN)
        .skip(1)
        .take(limits.bundled_certificates)
        .filter_map(|rest| parse(rest.split_once(END)?.0));
    if purpose == Purpose::Trusted {
        let all: Vec<_> = all.collect();
        let count = all.len();
        let (subject, from, until) = all.into_iter().max_by_key(|(_, _, until)| *until)?;
        Some((subject, from, until, count))
    } else {
        let (subject, from, until) = all.next()?;
        let others = all.count();
        Some((subject, from, until, others.saturating_add(1)))
    }
}

/// Subject and times of one certificate, from the base64 text of its PEM.
fn parse(body: &str) -> Option<(String, Timestamp, Timestamp)> {
    let packed: String = body.split_whitespace().collect();
    let bytes = STANDARD.decode(packed).ok()?;
    // Old and home-made certificates break RFC 5280 in ways that do not matter here.
    let parsed = CertificateInner::<Raw>::from_der(&bytes).ok()?;
    let fields = parsed.tbs_certificate();
    let subject: String = fields.subject().to_string();
    Some((
        subject.chars().take(SUBJECT_CHARS).collect(),
        instant(fields.validity().not_before),
        instant(fields.validity().not_after),
    ))
}

/// A certificate's time; "no end" is written as the last second of the year 9999.
fn instant(time: Time) -> Timestamp {
    let seconds = time.to_unix_duration().as_secs();
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Subject `CN=shop.example.com`, from 2024-02-20 to 2024-05-08.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBIzCByaADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNob3AuZXhh
bXBsZS5jb20wHhcNMjQwMjIwMDAwMDAwWhcNMjQwNTA4MDAwMDAwWjAbMRkwFwYD
VQQDDBBzaG9wLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
CYMw434CzDrhdNh74+xvrDvDA/vRfdUnbhDtrG1X3RTWCViA2pDnurzkvBam6IKu
zwUi5vaDf6Nm/3F+Wx3iajAKBggqhkjOPQQDAgNJADBGAiEAuHb4rMBPfOACoJ13
hWkvD0oNsjUyeRIIzueWzpGQIbACIQCTb1gnlJQdARupDMFlNyFfOCTFDINuDJ22
zuvttnf44A==
-----END CERTIFICATE-----
";

    /// What is found in a value, as (field, subject, end, count).
    fn found(kind: &str, value: &Value, limits: &Limits) -> Vec<(String, String, String, usize)> {
        let mut place = |path: &str| Snippet::of_line(1, path);
        certificates(value, kind, limits, &mut place)
            .into_iter()
            .map(|found| {
                assert_eq!(found.snippet.text, found.field);
                let end = found.not_after.to_string();
                (found.field, found.subject, end, found.count)
            })
            .collect()
    }

    #[test]
    fn certificates_are_read_where_objects_hold_them() {
        let encoded = STANDARD.encode(CERTIFICATE);
        let chain = STANDARD.encode(format!("{CERTIFICATE}\n{CERTIFICATE}"));
        let bundle = format!("# ours\n{CERTIFICATE}\n# damaged\n{BEGIN}\nAAAA\n{END}\n");
        for (kind, value, field, count) in [
            (
                "Secret",
                json!({"data": {"tls.crt": chain, "tls.key": "x"}}),
                "data[\"tls.crt\"]",
                2,
            ),
            (
                "ConfigMap",
                json!({"data": {"ca": bundle, "b": "c"}}),
                "data.ca",
                1,
            ),
            (
                "ValidatingWebhookConfiguration",
                json!({"webhooks": [{}, {"clientConfig": {"caBundle": encoded}}]}),
                "webhooks[1].clientConfig.caBundle",
                1,
            ),
            (
                "APIService",
                json!({"spec": {"caBundle": encoded}}),
                "spec.caBundle",
                1,
            ),
            (
                "CertificateSigningRequest",
                json!({"status": {"certificate": encoded}}),
                "status.certificate",
                1,
            ),
        ] {
            let wanted = (
                field.to_owned(),
                "CN=shop.example.com".to_owned(),
                "2024-05-08T00:00:00Z".to_owned(),
                count,
            );
            assert_eq!(found(kind, &value, &Limits::RELEASE), [wanted], "{kind}");
        }
    }

    #[test]
    fn what_is_redacted_or_damaged_yields_nothing() {
        let cut: String = CERTIFICATE.chars().take(200).collect();
        for value in [
            json!("***HIDDEN***"),
            json!(""),
            json!(null),
            json!(7),
            json!(STANDARD.encode("912 bytes long")),
            json!(STANDARD.encode([0xff, 0xfe, 0x00])),
            json!(STANDARD.encode(&cut)),
            json!(STANDARD.encode(format!("{cut}\n{END}"))),
        ] {
            let secret = json!({"data": {"tls.crt": value}});
            assert_eq!(found("Secret", &secret, &Limits::RELEASE), [], "{secret}");
        }
    }

    #[test]
    fn fields_and_bundles_are_bounded() {
        let data: serde_json::Map<_, _> = (0..9)
            .map(|number| (number.to_string(), json!(CERTIFICATE.repeat(5))))
            .collect();
        let limits = Limits {
            object_certificates: 4,
            bundled_certificates: 3,
            ..Limits::RELEASE
        };
        let found = found("ConfigMap", &json!({"data": data}), &limits);
        let counts: Vec<_> = found.iter().map(|(_, _, _, count)| *count).collect();
        assert_eq!(counts, [3; 4]);
    }
}
