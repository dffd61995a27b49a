//! The JSON documents of collectors and diagnosers, field by field, as the releases write them.
//!
//! In: values. Out: a document. Each field is named with the struct that has it, in the files of
//! [`super::keys`] at the tags of [`Version::tag`].

use super::super::json::{Json, object};
use super::version::Version;

/// Fields of a document by release: type in the source, first and last release, names in order.
pub(crate) const FIELDS: &[(&str, Version, Version, &[&str])] = &[
    (
        "networkOutboundDatum",
        Version::V0_1,
        Version::V0_1,
        &["TimeStamp", "Type", "URL", "Connected", "Error"],
    ),
    (
        "networkOutboundDiagnosticDatum",
        Version::V0_1,
        Version::V0_1,
        &["Type", "Start", "End", "Error"],
    ),
    (
        "dnsDiagnosticDatum",
        Version::V0_1,
        Version::V0_1,
        &["Level", "NameServer", "Custom"],
    ),
    (
        "NetworkOutboundDatum",
        Version::V0_3,
        Version::V0_0_13,
        &["TimeStamp", "Type", "URL", "Status"],
    ),
    (
        "networkOutboundDiagnosticDatum",
        Version::V0_3,
        Version::V0_0_13,
        &["HostName", "Type", "Start", "End", "Status"],
    ),
    (
        "networkConfigDiagnosticDatum",
        Version::V0_3,
        Version::V0_0_13,
        &[
            "HostName",
            "NetworkPlugin",
            "VirtualMachineDNS",
            "KubernetesDNS",
            "MaxPodsPerNode",
        ],
    ),
    (
        "NodeMetrics",
        Version::V0_6,
        Version::V0_0_13,
        &["name", "cpuUsage", "memoryUsage"],
    ),
    (
        "PodMetrics",
        Version::V0_6,
        Version::V0_0_13,
        &["name", "cpuUsage", "memoryUsage"],
    ),
    (
        "PDBInfo",
        Version::V0_9,
        Version::V0_0_13,
        &[
            "name",
            "minavailable",
            "maxunavailable",
            "disruptionsallowed",
        ],
    ),
];

/// One document with the fields that the release's struct has, in its order.
///
/// # Panics
/// When the release has no such struct, or another number of fields than there are values: then the
/// generator contradicts its own table.
pub(crate) fn document<const N: usize>(version: Version, of: &str, values: [Json; N]) -> Json {
    let row = FIELDS
        .iter()
        .find(|(name, first, last, _)| *name == of && (*first..=*last).contains(&version));
    let (.., names) = row.expect("the release has this struct");
    let names: [&str; N] = (*names).try_into().expect("each field has a value");
    let mut values = values.into_iter();
    object(names.map(|name| (name, values.next().unwrap_or(Json::Null))))
}
