//! Certificates in objects that have expired at capture time, or soon will.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Certificate, Detail, Object, Purpose};
use crate::severity::Severity;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "certificate-expired",
    needs: &[Need::Certificates],
    run,
};

/// What ends within this time wants to be looked at, if nothing renews it.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Short-lived certificates are renewed by programs, at two thirds or four fifths of their life:
/// one in the last of this many parts of it was not.
const LAST_PART: i64 = 6;

/// How a certificate is at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    /// It is good, and will be for a while.
    Good,
    /// It ends soon, and was not renewed when it should have been.
    EndsSoon,
    /// It has ended.
    Expired,
}

/// What makes certificates in two objects the same: purpose, subject and end.
type Identity<'a> = (Purpose, &'a str, Timestamp);

/// Looks at the certificates of all objects. The same one in several objects (a cluster's own
/// authority is in every namespace) is one finding.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let Some(at) = scene.evidence.capture.at else {
        return vec![];
    };
    let mut same: BTreeMap<Identity<'_>, Vec<(&Object, &Certificate)>> = BTreeMap::new();
    for object in scene.evidence.index.iter() {
        for certificate in &object.certificates {
            if term(certificate.not_before, certificate.not_after, at) != Term::Good {
                let key = (
                    certificate.purpose,
                    certificate.subject.as_str(),
                    certificate.not_after,
                );
                same.entry(key).or_default().push((object, certificate));
            }
        }
    }
    if same.is_empty() {
        return vec![];
    }
    let named = named(scene);
    same.into_values()
        .flat_map(|holders| clues(scene, at, &holders, &named))
        .collect()
}

/// How a certificate of these times is at `at`.
fn term(not_before: Timestamp, not_after: Timestamp, at: Timestamp) -> Term {
    let left = not_after.duration_since(at);
    let life = not_after.duration_since(not_before);
    if left <= SignedDuration::ZERO {
        Term::Expired
    } else if left <= SOON && left.as_secs() <= life.as_secs() / LAST_PART {
        Term::EndsSoon
    } else {
        Term::Good
    }
}

/// Clues about one certificate in all objects that hold it; the first stands for all.
fn clues(
    scene: Scene<'_>,
    at: Timestamp,
    holders: &[(&Object, &Certificate)],
    named: &BTreeSet<Name<'_>>,
) -> Vec<Clue> {
    let Some((first, _)) = holders.first() else {
        return vec![];
    };
    let subject = scene.subject(first.key());
    let used = holders.iter().any(|(object, _)| is_used(object, named));
    let mut clues = Vec::new();
    for (object, certificate) in holders {
        let expired = term(certificate.not_before, certificate.not_after, at) == Term::Expired;
        let name = match certificate.subject.as_str() {
            "" => "a certificate without a subject",
            subject => subject,
        };
        let whole = match (certificate.purpose, certificate.count) {
            (Purpose::Trusted, 2..) => format!(", the last of {}", certificate.count),
            _ => String::new(),
        };
        let when = if expired { "expired on" } else { "expires on" };
        let said = format!(
            "{name}{whole} {when} {}",
            certificate.not_after.strftime("%Y-%m-%d %H:%M UTC")
        );
        let mut clue = Clue::status(CHECK.id, scene, object)
            .with_citation(
                &object.path,
                certificate.snippet.clone(),
                Some(certificate.not_after),
            )
            .detailed(said);
        if expired {
            clue = clue.seen(Some(certificate.not_after), Some(at));
        }
        clue.subject = subject.clone();
        clue.severity = Some(match (expired, used) {
            (true, true) => Severity::High,
            (true, false) => Severity::Low,
            (false, true) => Severity::Medium,
            (false, false) => Severity::Info,
        });
        clues.push(clue);
    }
    clues
}

/// Kind, namespace and name of an object that something names.
type Name<'a> = (&'a str, &'a str, &'a str);

/// Secrets and config maps that an ingress, a pod or a template of pods names.
fn named(scene: Scene<'_>) -> BTreeSet<Name<'_>> {
    let mut named = BTreeSet::new();
    for object in scene.evidence.index.iter() {
        let namespace = object.key().namespace.as_str();
        let references = match &object.detail {
            Detail::Ingress(ingress) => {
                let secrets = ingress.tls_secrets.iter();
                named.extend(secrets.map(|name| ("Secret", namespace, name.as_str())));
                continue;
            }
            Detail::Pod(pod) => &pod.references,
            Detail::Workload(workload) => &workload.references,
            _ => continue,
        };
        let others = references.iter();
        named.extend(others.map(|other| (other.kind, namespace, other.name.as_str())));
    }
    named
}

/// Whether something depends on the certificate of an object. Secrets and config maps that nothing
/// names may be left over, and a request's certificate may have been replaced.
fn is_used(object: &Object, named: &BTreeSet<Name<'_>>) -> bool {
    let key = object.key();
    match key.kind.as_str() {
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" | "APIService" => true,
        "ConfigMap" if CLUSTERS_OWN.contains(&key.name.as_str()) => true,
        kind => named.contains(&(kind, key.namespace.as_str(), key.name.as_str())),
    }
}

/// Config maps that hold the authorities of the cluster itself.
const CLUSTERS_OWN: [&str; 2] = ["kube-root-ca.crt", "extension-apiserver-authentication"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_its_whole_life() {
        let day = |day: i64| Timestamp::from_second(1_700_000_000 + day * 86_400).expect("a time");
        let at = day(0);
        for (from, until, wanted) in [
            (-300, 65, Term::Good),
            (-351, 14, Term::EndsSoon),
            (-350, 15, Term::Good),
            (-365, 0, Term::Expired),
            (-400, -1, Term::Expired),
            // Ninety days, renewed at sixty: thirteen left are too few.
            (-77, 13, Term::EndsSoon),
            // A day's certificate is renewed in its last hours.
            (0, 1, Term::Good),
            // From an hour ago to five days on: most of its life is ahead.
            (-1, 5, Term::Good),
        ] {
            assert_eq!(term(day(from), day(until), at), wanted, "{from} to {until}");
        }
    }
}
