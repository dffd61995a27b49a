//! Components: the words that rules, layout and reports share, and how each is recognised.
//!
//! A component is one row of the table: its name, where it runs, and by which containers, pods,
//! programs, files and lines its logs are known.

mod table;

use table::TABLE;

/// One component.
#[derive(Debug, Clone, Copy)]
pub struct Component {
    /// Its name, as rules write it.
    pub name: &'static str,
    /// Containers whose own name says what runs in them, whatever the pod is called.
    pub containers: &'static [&'static str],
    /// Names that its pods begin with; every container of such a pod belongs to it, its side cars
    /// included (the provisioner of a CSI driver reports the driver's errors). The longest beginning
    /// decides, so that `coredns-autoscaler` is not `coredns`.
    pub pods: &'static [&'static str],
    /// The same of pods whose side cars are other programs (there are six beside `etcd` on some
    /// platforms): the pod's name decides only where no container is named.
    pub pods_of_many: &'static [&'static str],
    /// Programs as syslog and journald prefixes name them, in lower case and without `.service`.
    pub units: &'static [&'static str],
    /// Beginnings of program names that come in many variants.
    pub unit_families: &'static [&'static str],
    /// Words of file names, joined by `-`. Anything that is neither a letter nor a digit parts words,
    /// so that `kubelet.err.log`, `node1_logs_kubelet.gz` and `raw-kubelet.log` all hold `kubelet`.
    /// The longest run of words decides, then the first in the name.
    pub files: &'static [&'static str],
    /// Source files that only it has, as klog names them.
    pub sources: &'static [&'static str],
    /// Words of lines that only it writes.
    pub marks: &'static [&'static [u8]],
    /// Flags that only it has, as klog lists them at start.
    pub flags: &'static [&'static [u8]],
    /// Where it runs.
    pub runs: Runs,
    /// Whether it is a program that not every cluster has, in pods as anybody's are: rules about
    /// workloads are about it as well.
    pub add_on: bool,
    /// Whether it writes lines as long as it lives, so that a log with a few of them is a part of
    /// one. Others say something when they start, and then when something happens.
    pub talks: bool,
}

impl Component {
    /// A component in pods that nothing but its own words tell.
    const fn named(name: &'static str) -> Self {
        Self {
            name,
            containers: &[],
            pods: &[],
            pods_of_many: &[],
            units: &[],
            unit_families: &[],
            files: &[],
            sources: &[],
            marks: &[],
            flags: &[],
            runs: Runs::InPods,
            add_on: false,
            talks: false,
        }
    }
}

/// Where a component runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// In pods.
    InPods,
    /// Beside the pods of a node: no collector of pod logs meets it.
    OnNodes,
    /// The same, and not on Windows.
    OnLinuxNodes,
    /// In the control plane, which AKS runs out of the customer's reach.
    InControlPlane,
}

impl Runs {
    /// Whether it runs beside the pods of a node.
    pub fn on_nodes(self) -> bool {
        matches!(self, Self::OnNodes | Self::OnLinuxNodes)
    }
}

/// What runs in a container that is no component.
pub const WORKLOAD: &str = "workload";

/// Names of all components, in order.
const NAMES: [&str; TABLE.len()] = {
    let mut names = [""; TABLE.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = TABLE[at].name;
        at += 1;
    }
    names
};

/// Every component name that a rule may use.
pub const COMPONENTS: &[&str] = &NAMES;

/// All components, by name.
pub fn all() -> &'static [Component] {
    TABLE
}

/// Where the component of this name runs; in pods where there is none.
pub fn runs(name: &str) -> Runs {
    row(name).map_or(Runs::InPods, |row| row.runs)
}

/// Whether the component of this name is an add-on, which is a workload as well.
pub fn is_add_on(name: &str) -> bool {
    row(name).is_some_and(|row| row.add_on)
}

/// Whether the component of this name writes lines as long as it lives.
pub fn talks(name: &str) -> bool {
    row(name).is_some_and(|row| row.talks)
}

/// The row of this name.
fn row(name: &str) -> Option<&'static Component> {
    let known = TABLE.binary_search_by(|row| row.name.cmp(name));
    known.ok().and_then(|at| TABLE.get(at))
}
