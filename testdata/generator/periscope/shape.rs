//! The shapes in which a user hands in an upload.
//!
//! In: a release. Out: files, or the bytes of an archive. Names are as the tool leaves them that
//! made the shape, also where no folder of another system could hold them.

use super::super::cluster::{API_SERVER, LINUX, Pod, RUN, WINDOWS, pods};
use super::super::rng::Rng;
use super::super::writers::{File, periscope_zip};
use super::gather::{self, Item};
use super::keys::What;
use super::version::Version;
use std::io;

/// How the blobs of a run got into the user's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The blobs without the zips.
    Blobs,
    /// `az storage blob download-batch`: blobs and zips.
    Download,
    /// `azcopy` on Linux: the same below the container's name.
    Azcopy,
    /// `azcopy` on Windows: characters that no file may have there are escaped.
    AzcopyOnWindows,
    /// What the links of the VS Code extension download, kept in their folders.
    ZipsInRun,
    /// A zip of the zips of nodes.
    ZipOfZips,
    /// Zips unpacked on Linux, each into a folder of its name.
    Unpacked,
    /// Zips unpacked on Windows, where a backslash parts folders and a colon becomes `_`.
    UnpackedOnWindows,
    /// The download packed by `Compress-Archive` of PowerShell 5.1.
    CompressArchive,
    /// The blobs of the second node alone.
    OneNode,
    /// Its zip under another name.
    OneZipRenamed,
    /// Its blobs, picked one by one into a folder of any name.
    OneNodePicked,
}

/// What a shape is as a file or folder.
pub(crate) enum Handed {
    /// Files of a folder.
    Tree(Vec<File>),
    /// An archive: its name and bytes.
    Archive(&'static str, Vec<u8>),
}

impl Shape {
    /// All.
    pub(crate) const ALL: [Self; 12] = [
        Self::Blobs,
        Self::Download,
        Self::Azcopy,
        Self::AzcopyOnWindows,
        Self::ZipsInRun,
        Self::ZipOfZips,
        Self::Unpacked,
        Self::UnpackedOnWindows,
        Self::CompressArchive,
        Self::OneNode,
        Self::OneZipRenamed,
        Self::OneNodePicked,
    ];

    /// Whether a release can be handed in so: the first makes no zip.
    pub(crate) fn is_of(self, version: Version) -> bool {
        use Shape::{OneZipRenamed, Unpacked, UnpackedOnWindows, ZipOfZips, ZipsInRun};
        let needs_zip = [
            ZipsInRun,
            ZipOfZips,
            Unpacked,
            UnpackedOnWindows,
            OneZipRenamed,
        ];
        version > Version::V0_1 || !needs_zip.contains(&self)
    }
}

/// What one node uploaded.
struct Upload {
    node: &'static str,
    /// Blobs below the node's folder, without the zip.
    blobs: Vec<File>,
    /// Entries of its zip.
    entries: Vec<File>,
    /// Its zip; empty in the first release.
    zip: Vec<u8>,
}

/// The name of the container: the API server's name with dashes, cut where the service's part begins.
fn container() -> String {
    let name = API_SERVER.split(".hcp.").next().unwrap_or(API_SERVER);
    name.replace('.', "-")
}

/// The path of a blob below its node's folder.
fn blob_name(version: Version, item: &Item) -> String {
    match (version.folders(), item.row.what) {
        (Some((_, diagnosers)), What::Diagnosis) => format!("{diagnosers}/{}", item.key),
        (Some((collectors, _)), _) => format!("{collectors}/{}/{}", item.row.collector, item.key),
        (None, _) => item.key.clone(),
    }
}

/// The name of an entry of the zip. `zip -r` of v0.2 and v0.3 takes the host's whole path.
fn entry_name(version: Version, node: &str, item: &Item) -> String {
    if version.folders().is_some() {
        let blob = blob_name(version, item);
        return format!("var/log/aks-periscope/{RUN}/{node}/{blob}");
    }
    format!("{}/{}", item.row.collector, item.key)
}

/// Puts the items of a node into blobs and a zip.
fn upload(version: Version, node: &'static str, seed: u64, items: &[Item]) -> io::Result<Upload> {
    let file = |name: String, item: &Item| File::new(name, item.bytes.clone());
    let mut entries: Vec<File> = items
        .iter()
        .map(|item| file(entry_name(version, node, item), item))
        .collect();
    Rng::new(0x21b + seed).shuffle(&mut entries);
    let zip = if version == Version::V0_1 {
        Vec::new()
    } else {
        periscope_zip(&entries)?
    };
    let blobs = items.iter().filter(|item| !item.zip_only);
    Ok(Upload {
        node,
        blobs: blobs
            .map(|item| file(blob_name(version, item), item))
            .collect(),
        entries,
        zip,
    })
}

/// The uploads of all nodes that made one.
fn uploads(version: Version) -> io::Result<Vec<Upload>> {
    let pods: Vec<Pod> = pods();
    let mut all = Vec::new();
    for (position, node) in LINUX.iter().enumerate() {
        let items = gather::linux(version, position, &pods);
        all.push(upload(version, node.name, position as u64, &items)?);
    }
    if version.runs_on_windows() {
        let items = gather::windows(version, &pods);
        all.push(upload(version, WINDOWS.name, LINUX.len() as u64, &items)?);
    }
    Ok(all)
}

impl Upload {
    /// The blobs below the run, the zip among them where wanted.
    fn in_run(&self, with_zip: bool) -> Vec<File> {
        let below = |name: &str| format!("{RUN}/{}/{name}", self.node);
        let mut files: Vec<File> = self
            .blobs
            .iter()
            .map(|blob| File::new(below(&blob.name), blob.bytes.clone()))
            .collect();
        if with_zip && !self.zip.is_empty() {
            let name = below(&format!("{}.zip", self.node));
            files.push(File::new(name, self.zip.clone()));
        }
        files
    }

    /// The zip's entries in a folder of the node's name.
    fn unpacked(&self, spell: impl Fn(&str) -> String) -> Vec<File> {
        let entries = self.entries.iter();
        entries
            .map(|entry| {
                let name = format!("{}/{}", self.node, spell(&entry.name));
                File::new(name, entry.bytes.clone())
            })
            .collect()
    }
}

/// A name in which Windows would refuse characters, as azcopy escapes it.
fn escaped(name: &str) -> String {
    name.replace(':', "%3A").replace('\\', "%5C")
}

/// The upload of a release in a shape.
pub(crate) fn hand_in(version: Version, shape: Shape) -> io::Result<Handed> {
    let uploads = uploads(version)?;
    let all = |with_zip| uploads.iter().flat_map(move |one| one.in_run(with_zip));
    let zips = || uploads.iter().map(|one| (one.node, one.zip.clone()));
    // The second node: the one behind the firewall.
    let one = &uploads[1];
    let renamed = |files: Vec<File>, name: &dyn Fn(&str) -> String| -> Vec<File> {
        let files = files.into_iter();
        files
            .map(|file| File::new(name(&file.name), file.bytes))
            .collect()
    };
    Ok(match shape {
        Shape::Blobs => Handed::Tree(all(false).collect()),
        Shape::Download => Handed::Tree(all(true).collect()),
        Shape::Azcopy => Handed::Tree(renamed(all(true).collect(), &|name| {
            format!("{}/{name}", container())
        })),
        Shape::AzcopyOnWindows => Handed::Tree(renamed(all(true).collect(), &|name| {
            format!("{}/{}", container(), escaped(name))
        })),
        Shape::ZipsInRun => Handed::Tree(
            zips()
                .map(|(node, zip)| File::new(format!("{RUN}/{node}/{node}.zip"), zip))
                .collect(),
        ),
        Shape::ZipOfZips => {
            let files: Vec<File> = zips()
                .map(|(node, zip)| File::new(format!("{node}.zip"), zip))
                .collect();
            Handed::Archive("periscope.zip", periscope_zip(&files)?)
        }
        Shape::Unpacked => Handed::Tree(
            uploads
                .iter()
                .flat_map(|one| one.unpacked(str::to_owned))
                .collect(),
        ),
        Shape::UnpackedOnWindows => Handed::Tree(
            uploads
                .iter()
                .flat_map(|one| one.unpacked(|name| name.replace(':', "_").replace('\\', "/")))
                .collect(),
        ),
        Shape::CompressArchive => {
            let files = renamed(all(true).collect(), &|name| {
                escaped(name).replace('/', "\\")
            });
            Handed::Archive("upload.zip", periscope_zip(&files)?)
        }
        Shape::OneNode => Handed::Tree(one.in_run(false)),
        Shape::OneZipRenamed => Handed::Archive("download.zip", one.zip.clone()),
        Shape::OneNodePicked => Handed::Tree(renamed(one.in_run(false), &|name| {
            let below = name.splitn(3, '/').nth(2).unwrap_or(name);
            format!("files/{below}")
        })),
    })
}
