//! One workspace's live resources against its desired ones.

use std::collections::{BTreeMap, BTreeSet};

use super::body::{Live, Written, bare, created, updated};
use super::exclusions::Finding;
use super::fields::{Judgement, Sides, judged};
use super::ignore::Ignores;
use super::leftovers::leftovers;
use super::metadata::{Owners, Writer, owners};
use super::ownership::{Allowance, Ownership, Standing};
use super::refusal::Refusal;
use super::replace;
use super::settle::{Decision, decide};
use super::twin::twin;
use super::verdict::Verdict;
use super::{Action, Change, FieldChange, Summary, WorkspacePlan, finding};
use crate::diagnostic::Code;
use crate::resource::{Kind, Resource, ResourceType};

/// A resource as the project wants it in a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// The document's id in the project.
    pub id: String,
    pub resource: Resource,
    /// Why it can't be deployed here: it is neither changed nor created, its live version stays.
    pub blocked: Option<String>,
}

/// Where the comparison takes place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub workspace: String,
    pub resource_id: String,
    pub cloud: String,
}

/// What was read of a workspace.
#[derive(Debug, Clone, Default)]
pub struct Seen<'a> {
    pub live: &'a [Resource],
    /// Live rules, by name in lower case, whose exclusions are not those that the project wants.
    pub other_exclusions: BTreeSet<String>,
    /// Live automation rules, by name in lower case, whose end has passed: the service disabled them, and nobody else.
    pub expired: BTreeSet<String>,
    /// Names of rules whose kind became another, and the live ones that they take the place of; both in lower case.
    pub replaces: BTreeMap<String, String>,
    /// Live rules, by name in lower case, that others take or took the place of.
    pub replaced: BTreeSet<String>,
    /// What documents let be of live rules, by name in lower case.
    pub ignores: BTreeMap<String, Ignores>,
}

/// Compares every desired resource with its live one. Names are one if they differ in case alone.
///
/// Live alert rules that nobody desires are counted; whatever nobody desires is left alone.
pub fn compare(place: Place, seen: &Seen<'_>, mut desired: Vec<Desired>, ownership: &Ownership) -> WorkspacePlan {
    let owners = owners(seen.live);
    let resources = seen.live.iter().filter(|one| one.resource_type != ResourceType::Metadata);
    let live: BTreeMap<(ResourceType, String), Live<'_>> =
        resources.map(|one| (one.key(), Live::of(one, owners.get(&one.key()), ownership))).collect();
    desired.sort_by_key(|one| (shown(one.resource.resource_type), one.id.to_ascii_lowercase()));
    let mut wanted: BTreeSet<(ResourceType, String)> = desired.iter().map(|one| one.resource.key()).collect();
    wanted.extend(seen.replaced.iter().map(|old| (ResourceType::AlertRules, old.clone())));
    let strangers: Vec<&Live<'_>> = live
        .iter()
        .filter(|(key, _)| key.0 == ResourceType::AlertRules && !wanted.contains(key))
        .map(|(_, live)| live)
        .collect();
    let mut findings = Vec::new();
    let mut changes: Vec<Change> = desired
        .into_iter()
        .map(|desired| {
            let (lives, live) = (&live, live.get(&desired.resource.key()));
            let other_exclusions = seen.other_exclusions.contains(&desired.resource.name.to_ascii_lowercase());
            let owners = owners.get(&desired.resource.key());
            let findings = &mut findings;
            let expired = seen.expired.contains(&desired.resource.name.to_ascii_lowercase());
            let old = seen.replaces.get(&desired.resource.name.to_ascii_lowercase());
            let old = old.and_then(|old| lives.get(&(ResourceType::AlertRules, old.clone())));
            let ignores = seen.ignores.get(&desired.resource.name.to_ascii_lowercase());
            let ignores = ignores.filter(|_| desired.resource.resource_type == ResourceType::AlertRules);
            let strangers = &strangers;
            let mut one =
                Comparison { ownership, owners, strangers, other_exclusions, expired, ignores, old, findings };
            one.change(desired, live)
        })
        .collect();
    let is_there = |key: &(ResourceType, String)| live.contains_key(key) || wanted.contains(key);
    changes.extend(leftovers(&owners, is_there, &live, &changes, ownership));
    let Place { workspace, resource_id, cloud } = place;
    let summary = Summary::of(&changes);
    WorkspacePlan {
        workspace,
        resource_id,
        cloud,
        changes,
        unmanaged: strangers.len(),
        exclusions: Vec::new(),
        suppressions: Vec::new(),
        findings,
        left: Vec::new(),
        summary,
    }
}

/// A plan begins with what people look for: the rules.
fn shown(resource_type: ResourceType) -> (bool, ResourceType) {
    (resource_type != ResourceType::AlertRules, resource_type)
}

/// What one comparison knows beside its two sides.
struct Comparison<'c, 'l, 'r> {
    ownership: &'c Ownership,
    /// What metadata say of its name, whether it lives or not.
    owners: Option<&'c Owners<'r>>,
    strangers: &'c [&'l Live<'r>],
    other_exclusions: bool,
    expired: bool,
    /// The live rule of another kind that it takes the place of.
    old: Option<&'c Live<'r>>,
    ignores: Option<&'c Ignores>,
    findings: &'c mut Vec<Finding>,
}

impl Comparison<'_, '_, '_> {
    fn change(&mut self, desired: Desired, live: Option<&Live<'_>>) -> Change {
        let Desired { id, resource, blocked } = desired;
        let mut change = Change {
            resource: resource.resource_type.segment().to_owned(),
            id,
            name: resource.display_name().to_owned(),
            resource_name: live.map_or(&resource.name, |live| &live.resource.name).clone(),
            action: Action::Noop,
            refusal: None,
            reason: String::new(),
            etag: live.and_then(|live| live.resource.etag.clone()),
            before: None,
            after: None,
            fields: Vec::new(),
            kept: Vec::new(),
            mark: None,
            modified: None,
            modified_by: None,
        };
        if let Some(why) = blocked.or_else(|| live.and_then(|live| kind_change(&resource, live.resource))) {
            change.action = Action::Blocked;
            change.reason = why;
            return change;
        }
        match live {
            // A list is what its alias says, and carries no mark; its items are compared one by one.
            Some(_) if resource.resource_type == ResourceType::Watchlists => {
                change.reason = "as it should be".to_owned();
            }
            Some(live) => {
                self.existing(&mut change, &resource, live);
                self.tell_of_owners(&change, live);
            }
            None => match self.old {
                Some(old) => self.replacing(&mut change, &resource, old),
                None => self.missing(&mut change, &resource),
            },
        }
        change
    }

    /// A rule whose kind became another: what lives is deleted once the new one is there.
    fn replacing(&mut self, change: &mut Change, desired: &Resource, old: &Live<'_>) {
        let judgement = replace::differences(old, desired);
        let edits = replace::edits(&judgement, self.ownership);
        change.fields = judgement.fields.into_iter().map(|one| one.field).collect();
        change.before = Some(old.resource.whole());
        change.action = Action::Replace;
        let to = kind(desired);
        change.reason = format!(
            "its kind becomes {to}, and the service can't change one: it is made as {}, and {} is deleted after it",
            desired.name, old.resource.name
        );
        if !edits.is_empty() {
            change.action = Action::Blocked;
            change.refusal = Some(Refusal::Conflict);
            change.reason = format!(
                "edited out of band ({}), and its kind became another in the files: take the edits into the files, or say \
                 --on-drift overwrite",
                edits.join(", ")
            );
        }
        self.beside_others(change, old);
        if change.action == Action::Replace {
            let Written { body, mark } = created(desired, self.owners, self.ownership);
            (change.after, change.mark) = (Some(body), mark);
        } else {
            change.resource_name.clone_from(&old.resource.name);
            change.etag.clone_from(&old.resource.etag);
        }
    }

    fn missing(&mut self, change: &mut Change, desired: &Resource) {
        change.action = Action::Create;
        let Written { body, mark } = created(desired, self.owners, self.ownership);
        let known = mark.as_ref().is_some_and(|mark| mark.before.is_some());
        let reason = if known { "deleted out of band: its mark is still there" } else { "not in the workspace" };
        (change.reason, change.after, change.mark) = (reason.to_owned(), Some(body), mark);
        let Some(twin) = twin(&change.id, desired, self.strangers) else { return };
        let (name, resource_name) = (twin.resource.display_name(), &twin.resource.name);
        let what =
            format!("it would be a second copy of the live rule {name} [{resource_name}], which carries no mark");
        if self.ownership.allows(Allowance::Twin) {
            self.findings.push(finding(Code::Twin, change, what));
            return;
        }
        change.action = Action::Blocked;
        change.refusal = Some(Refusal::Twin);
        change.reason = format!(
            "{what}: give `names: {{{}: {resource_name}}}` in the workspace to manage that one, or --allow twin",
            change.id
        );
    }

    fn existing(&mut self, change: &mut Change, desired: &Resource, live: &Live<'_>) {
        let resource_type = desired.resource_type;
        let (wanted, _) = bare(resource_type, &desired.properties);
        let base = live.standing.base();
        let mut judgement = judged(Sides { resource_type, base, live: &live.properties, desired: &wanted });
        if self.expired && resource_type == ResourceType::AutomationRules {
            judgement.begin_again();
        }
        if let Some(ignores) = self.ignores {
            ignores.note(&mut judgement, self.other_exclusions);
        }
        self.tell_of_health(change, &judgement);
        let decision = match &live.standing {
            Standing::Ours(_) => decide(resource_type, &judgement, self.ownership.on_drift, self.other_exclusions),
            _ if resource_type == ResourceType::Watchlists => list(&judgement),
            standing => self.take_over(change, standing, &judgement),
        };
        let Decision { action, refusal, kept, restores, reason } = decision;
        change.fields = judgement.fields.into_iter().map(|one| one.field).collect();
        if restores {
            change.fields.extend(judgement.restorable);
            in_order(resource_type, &mut change.fields);
        }
        (change.action, change.refusal, change.reason, change.kept) = (action, refusal, reason, kept);
        if change.action == Action::Noop && change.fields.is_empty() && change.refusal.is_none() {
            return;
        }
        if change.action.writes() {
            self.beside_others(change, live);
        }
        let Written { body, mark } = updated(live, desired, &change.kept, self.ownership);
        (change.before, change.after) = (Some(live.resource.whole()), Some(body));
        change.mark = mark.filter(|_| change.action.writes());
        let drifted = |field: &FieldChange| matches!(field.verdict, Verdict::Drift | Verdict::Conflict);
        if !change.fields.iter().any(drifted) {
            return;
        }
        let text = |path: &str| live.properties.get(path).and_then(serde_json::Value::as_str).map(str::to_owned);
        change.modified = text("lastModifiedUtc").or_else(|| text("lastModifiedTimeUtc"));
        change.modified_by = live.resource.last_modified_by();
    }

    /// A live resource of a desired name that is not ours.
    fn take_over(&self, change: &Change, standing: &Standing, judgement: &Judgement) -> Decision {
        let differs = judgement.fields.len();
        let told = self.ownership.adopts(&change.id, &change.resource_name, &change.name);
        let refuse = |refusal, why: String| Decision::refused(Action::Blocked, refusal, why);
        let who = match standing {
            Standing::Foreign(project) if !self.ownership.allows(Allowance::SecondWriter) => {
                let why = format!("the project {project} manages it: --allow second-writer takes it over");
                return refuse(Refusal::SecondWriter, why);
            }
            Standing::Newer(version) if !told => {
                let why =
                    format!("its mark has version {version}, which a later version of Palisade wrote: use that one");
                return refuse(Refusal::NewerMark, why);
            }
            Standing::Foreign(project) => return adoption(judgement, format!("taken over from the project {project}")),
            Standing::Copied(_) => "it carries the mark of another resource",
            Standing::Damaged(_) | Standing::Newer(_) => "its mark can't be read",
            Standing::Unmarked | Standing::Ours(_) => "it carries no mark",
        };
        if differs == 0 {
            return adoption(judgement, format!("{who}, and it is as it should be: the mark is written"));
        }
        if told {
            return adoption(judgement, format!("{who}, and is taken over as the files have it"));
        }
        let fields = if differs == 1 { "1 field differs" } else { &format!("{differs} fields differ") };
        refuse(
            Refusal::Unmarked,
            format!("{who}, and {fields}; nobody knows on which side: --adopt {} takes it over", change.id),
        )
    }

    /// Repositories write what their branch says at every push. A solution of the Content Hub only says where a rule
    /// came from, which matters when it is taken over.
    fn beside_others(&self, change: &mut Change, live: &Live<'_>) {
        let ours = matches!(live.standing, Standing::Ours(_));
        let other = live.other_writers().find(|writer| matches!(writer, Writer::Repository(_)) || !ours);
        let Some(other) = other.filter(|_| !self.ownership.allows(Allowance::SecondWriter)) else { return };
        change.action = Action::Blocked;
        change.refusal = Some(Refusal::SecondWriter);
        change.reason = format!("{} manages it: --allow second-writer writes all the same", who(other));
    }

    /// Tells what the change itself does not say.
    fn tell_of_owners(&mut self, change: &Change, live: &Live<'_>) {
        if matches!(change.refusal, Some(Refusal::SecondWriter | Refusal::NewerMark)) {
            return;
        }
        for writer in live.other_writers() {
            let why = format!("{} manages it: two writers undo each other's work", who(writer));
            self.findings.push(finding(Code::SecondWriter, change, why));
        }
        let (code, why) = match &live.standing {
            Standing::Damaged(why) => (Code::MarkDamaged, why.clone()),
            Standing::Newer(version) => {
                (Code::MarkDamaged, format!("its mark has version {version}, which a later version of Palisade wrote"))
            }
            Standing::Copied(of) => {
                (Code::MarkCopied, format!("its mark is that of {of}: the live rule is a copy of it"))
            }
            Standing::Foreign(project) => {
                (Code::SecondWriter, format!("the project {project} manages it: two writers undo each other's work"))
            }
            Standing::Ours(_) | Standing::Unmarked => return,
        };
        self.findings.push(finding(code, change, why));
    }

    fn tell_of_health(&mut self, change: &Change, judgement: &Judgement) {
        use super::health::Cause;
        let of = |cause| judgement.service.iter().any(|edit| edit.cause == cause);
        if of(Cause::AutoDisabled) {
            let why = "the service disabled it after repeated failures, and raises nothing by it: see the reason in its \
                       description; the next write of its query, or --on-drift overwrite, enables it";
            self.findings.push(finding(Code::AutoDisabled, change, why.to_owned()));
        }
        if of(Cause::Correlation) {
            let why = "its choice on correlation was changed in Defender: give `correlation:` in the rule to keep it";
            self.findings.push(finding(Code::CorrelationEdited, change, why.to_owned()));
        }
    }
}

fn who(writer: &Writer) -> String {
    match writer {
        Writer::Repository(name) => format!("the source repository {name}"),
        Writer::ContentHub(name) => format!("the Content Hub's solution {name}"),
    }
}

/// A write that makes a resource ours. What the service edited stays unless the query is written with it.
fn adoption(judgement: &Judgement, reason: String) -> Decision {
    let restores = judgement.fields.iter().any(|one| one.field.path == "query");
    let kept = if restores { Vec::new() } else { paths(&judgement.restorable) };
    Decision { action: Action::Adopt, refusal: None, kept, restores, reason }
}

/// What is done about a watchlist: it is named after what it holds, so that one of that name is ours.
fn list(judgement: &Judgement) -> Decision {
    let (action, reason) = match judgement.fields.len() {
        0 => (Action::Noop, "as it should be".to_owned()),
        n => (Action::Update, format!("{n} of its fields were edited by hand")),
    };
    Decision { action, refusal: None, kept: Vec::new(), restores: false, reason }
}

pub(super) fn paths(fields: &[FieldChange]) -> Vec<String> {
    fields.iter().map(|field| field.path.clone()).collect()
}

fn in_order(resource_type: ResourceType, fields: &mut [FieldChange]) {
    let table = crate::resource::fields::of(resource_type);
    fields.sort_by_key(|one| table.iter().position(|field| field.path == one.path).unwrap_or(table.len()));
}

/// The service refuses another kind under one name: see [`replace`].
fn kind_change(desired: &Resource, live: &Resource) -> Option<String> {
    let (from, to) = (kind(live), kind(desired));
    (desired.kind != live.kind).then(|| {
        format!(
            "the live rule is of kind {from}, and only one of this project's can become {to}: give the rule a new id"
        )
    })
}

fn kind(resource: &Resource) -> &str {
    resource.kind.as_ref().map_or("", Kind::word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod properties;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
