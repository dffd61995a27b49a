//! What checks look at, and whether it was there.

use super::Seen;
use crate::diagnose::answer::coverage::missing::{Missing, Wanted, Why, there};
use crate::diagnose::observe::checks::Need;
use crate::examine::facts::FactKind;

impl Seen<'_> {
    /// Whether what a check looks at was there.
    pub(super) fn need(&self, need: Need) -> Result<Option<String>, Missing> {
        match need {
            Need::All(needs) => {
                let notes: Result<Vec<_>, _> = needs.iter().map(|need| self.need(*need)).collect();
                Ok(notes?.into_iter().flatten().next())
            }
            Need::Objects("Event") => self.events(),
            Need::Objects(kind) => self.kind(kind),
            Need::Together(kinds) => {
                let lacks = kinds.iter().find(|kind| !self.evidence.collected(kind));
                lacks.map_or(Ok(None), |kind| self.kind(kind))
            }
            Need::Listed(kind) => there(
                self.evidence.lists_some(kind),
                Wanted::WholeList(kind.to_owned()),
            ),
            Need::AnyObject => {
                let any = self.evidence.index.iter().next().is_some();
                there(any, Wanted::AnyObject)?;
                self.clock()
            }
            Need::Conditions => {
                let mut objects = self.evidence.index.iter();
                let any = objects.any(|object| object.troubles.is_some());
                there(any, Wanted::Conditions)
            }
            Need::Certificates => {
                let mut objects = self.evidence.index.iter();
                let any = objects.any(|object| !object.certificates.is_empty());
                there(any, Wanted::Certificates)?;
                self.clock()
            }
            Need::Budgets => {
                let mut roles = self.evidence.layout.roles.keys();
                let lists = self.evidence.layout.format.promises().budget_lists;
                let listed = lists
                    .is_some_and(|lists| roles.any(|path| path.file_name().starts_with(lists)));
                // The objects say more than the list does.
                let read = listed || self.evidence.collected("PodDisruptionBudget");
                there(read, Wanted::Budgets)
            }
            Need::Version => {
                let known = !self.evidence.inventory.judged("kubernetes").is_empty();
                there(known, Wanted::Version("kubernetes".to_owned()))
            }
            Need::Collected(kind) => {
                let mut facts = self.evidence.collector.iter();
                let mut roles = self.evidence.layout.roles.keys();
                // A cluster without releases has a list, and nothing in it.
                let list = self.evidence.layout.format.promises().release_list;
                let list = list.filter(|_| kind == FactKind::HelmReleases);
                let read = facts.any(|(_, _, fact)| fact.is(kind))
                    || list.is_some_and(|list| roles.any(|path| path.file_name() == list));
                there(read, Wanted::Collected(kind))?;
                self.of_all_nodes(kind)
            }
            Need::DumpLogs => {
                let dump = self.evidence.logs.iter().any(|log| log.role.pod.is_some());
                there(dump, Wanted::ContainerLogs)
            }
        }
    }

    /// Whether what the collector brings from each node is not missing for some.
    fn of_all_nodes(&self, kind: FactKind) -> Result<Option<String>, Missing> {
        let absent = self.evidence.nodes.absent().count();
        let all = self.evidence.nodes.iter().count();
        let of_nodes = matches!(
            kind,
            FactKind::Probes | FactKind::NatTable | FactKind::KubeletCommand | FactKind::Resolver
        );
        if absent == 0 || !of_nodes {
            return Ok(None);
        }
        let read = all - absent;
        Err(Missing {
            what: Wanted::Collected(kind),
            why: Why::OnSomeNodes { read, all },
        })
    }

    /// Whether the time of the capture is known.
    fn clock(&self) -> Result<Option<String>, Missing> {
        there(self.evidence.capture.at.is_some(), Wanted::CaptureTime)
    }
}
