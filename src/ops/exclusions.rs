//! Exclusions of a project: settled when it is read, proven against its rules, and listed.

use std::collections::BTreeMap;

use super::load::{Content, Loaded};
use super::suppression_list;
use crate::check::exclusions::{self, Project};
use crate::compile::exclusion::{Applicable, exclude, mapped, proof};
use crate::diagnostic::{Code, Diagnostic, Level, Sources};
use crate::kql::Schema;
use crate::kql::predicate::Predicate;
use crate::rule::exclusion::{Exclusion, FaultyExclusion, Overflow};
use crate::rule::{Details, Rule};
use crate::workspace::Workspace;
use crate::workspace::exclusion_scope::{holds_in, reach};

/// How many workspaces a message names.
const NAMED: usize = 3;

/// Checks the exclusions of a project, and takes out those that are wrong in themselves.
pub(super) fn settle(
    exclusions: &mut Vec<Exclusion>,
    project: &Project<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<FaultyExclusion> {
    let refused = exclusions::duplicates(exclusions, problems);
    let mut faulty = Vec::new();
    let mut kept = Vec::with_capacity(exclusions.len());
    for (exclusion, refused) in std::mem::take(exclusions).into_iter().zip(refused) {
        let mut own = Vec::new();
        exclusions::check(&exclusion, project, &mut own);
        proof::prove(&exclusion, &mut own);
        let refused = refused || own.iter().any(Diagnostic::is_error);
        problems.append(&mut own);
        if refused {
            let Exclusion { id, rules, span, .. } = exclusion;
            faulty.push(FaultyExclusion { id: Some(id.value), rules: Some(rules), span });
        } else {
            kept.push(exclusion);
        }
    }
    kept.sort_by(|a, b| a.id.value.cmp(&b.id.value));
    overlaps(&kept, project, problems);
    *exclusions = kept;
    faulty
}

/// Tells exclusions that hide nothing that another one does not hide, and those that hide what another's test keeps.
fn overlaps(exclusions: &[Exclusion], project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    let live: Vec<(&Exclusion, Predicate, Vec<usize>)> = exclusions
        .iter()
        .filter(|exclusion| !exclusion.is_lapsed(project.now))
        .filter_map(|exclusion| {
            let rules = (0..project.rules.len()).filter(|&at| reach(&exclusion.rules, &project.rules[at]).is_some());
            Some((exclusion, proof::symbolic(&exclusion.when)?, rules.collect()))
        })
        .collect();
    for (at, (one, predicate, rules)) in live.iter().enumerate() {
        for (other_at, (other, wider, other_rules)) in live.iter().enumerate() {
            let shared = rules.iter().any(|rule| other_rules.binary_search(rule).is_ok());
            if at == other_at || !shared || one.stage != other.stage {
                continue;
            }
            let covered = covers(other, one)
                && looks_at_all(predicate, wider)
                && rules.iter().all(|rule| other_rules.binary_search(rule).is_ok())
                && proof::implies(predicate, wider) == Some(true);
            // Of two that say the same, the second is told.
            let same = covered && other_at > at && proof::implies(wider, predicate) == Some(true);
            if covered && !same {
                let message = format!("every row that {} hides is hidden by {} too", one.id.value, other.id.value);
                problems.push(
                    Diagnostic::new(Code::ExclusionOverlap, one.id.span, message)
                        .related(other.id.span, "the other exclusion")
                        .help("remove one of the two, or narrow the wider one"),
                );
            }
            for row in other.tests.iter().filter(|row| !row.hidden && !row.cells.is_empty()) {
                if proof::hides(predicate, row) {
                    let message = format!("{} hides a row that a test of {} wants kept", one.id.value, other.id.value);
                    problems.push(
                        Diagnostic::new(Code::ExclusionOverlap, one.id.span, message)
                            .related(row.span, "the row")
                            .help("narrow one of the two"),
                    );
                }
            }
        }
    }
}

/// Whether an exclusion holds wherever and whenever another one does.
fn covers(wider: &Exclusion, narrower: &Exclusion) -> bool {
    let starts = |one: &Exclusion| one.starts.as_ref().map(|starts| starts.value);
    let everywhere = wider.workspaces.is_none();
    let begins = starts(wider).is_none_or(|begin| starts(narrower).is_some_and(|other| begin <= other));
    let ends = match (&wider.expires, &narrower.expires) {
        (None, _) => true,
        (Some(wider), Some(narrower)) => wider.value >= narrower.value,
        (Some(_), None) => false,
    };
    everywhere && begins && ends
}

/// Whether the first has every column of the second: else it can't imply it.
fn looks_at_all(first: &Predicate, second: &Predicate) -> bool {
    let mut names = Vec::new();
    first.each(&mut |test| names.push(&test.column.name));
    let mut all = true;
    second.each(&mut |test| all &= names.contains(&&test.column.name));
    all
}

/// The exclusions that a rule has in a workspace, lapsed ones included.
pub(super) fn applicable<'c>(content: &'c Content, rule: &Rule, workspace: &Workspace) -> Vec<Applicable<'c>> {
    content
        .exclusions
        .iter()
        .filter(|exclusion| holds_in(exclusion.workspaces.as_ref(), workspace))
        .filter_map(|exclusion| meant(content, exclusion, rule))
        .collect()
}

/// An exclusion that is for a rule.
fn meant<'c>(content: &Content, exclusion: &'c Exclusion, rule: &Rule) -> Option<Applicable<'c>> {
    let overflow = exclusion.overflow.unwrap_or(content.settings.exclusions.overflow) == Overflow::Watchlist;
    Some(Applicable { exclusion, reach: reach(&exclusion.rules, rule)?, overflow })
}

/// What keeps a rule from being deployed because one of its exclusions is faulty.
pub(super) fn faulty(content: &Content, rule: &Rule) -> Vec<Diagnostic> {
    let meant = |faulty: &&FaultyExclusion| faulty.rules.as_ref().is_none_or(|scope| reach(scope, rule).is_some());
    content
        .faulty_exclusions
        .iter()
        .filter(meant)
        .map(|faulty| {
            let name = faulty.id.as_deref().unwrap_or("without an id");
            let message = format!("the exclusion {name} is faulty, and {} has it", rule.display_name().trim());
            let mut problem = Diagnostic::new(Code::ExclusionUnplaced, faulty.span, message)
                .help("correct the exclusion: the rule is not deployed without it");
            problem.level = Level::Error;
            problem
        })
        .collect()
}

/// Adds to a project's problems what [`placements`] finds.
pub fn tell_placements(loaded: &mut Loaded) {
    let found = placements(loaded);
    let policy = &loaded.content.settings.policy;
    loaded.problems.extend(found.into_iter().filter_map(|problem| policy.judge(problem)));
    super::load::sort(&mut loaded.problems);
}

/// Tries every exclusion on every rule that it is for, as its document has it and as the workspaces have it: what a
/// plan would block.
pub fn placements(loaded: &Loaded) -> Vec<Diagnostic> {
    let content = &loaded.content;
    let mut problems = Vec::new();
    for rule in &content.rules {
        let all: Vec<Applicable<'_>> =
            content.exclusions.iter().filter_map(|exclusion| meant(content, exclusion, rule)).collect();
        if all.is_empty() {
            continue;
        }
        let own = placed(rule, &rule.details, &all, content, content.tables.shared());
        problems.extend(where_it_goes(rule, own, loaded));
        let name = rule.display_name().trim();
        for one in all.iter().filter(|one| !one.exclusion.is_lapsed(content.now)) {
            let Ok(found) = mapped(&one.exclusion.when, &rule.details) else { continue };
            for (field, columns) in found.several {
                let message = format!("{name} maps {field} from {}", columns.join(", "));
                problems.push(
                    Diagnostic::new(Code::ExclusionColumns, one.exclusion.id.span, message)
                        .related(rule.id.span, "the rule")
                        .help("a row is hidden if any of them matches; `Type[2].Identifier` names one"),
                );
            }
        }
    }
    problems
}

/// What placing the exclusions of a rule finds. Here it is a warning; where it would be deployed, the rule is blocked.
fn placed(
    rule: &Rule,
    details: &Details,
    all: &[Applicable<'_>],
    content: &Content,
    schema: &dyn Schema,
) -> Vec<Diagnostic> {
    let name = rule.display_name().trim();
    match exclude(rule, details, all, content.now, schema) {
        Ok(excluded) => {
            let told = excluded.skipped.into_iter().filter_map(|(id, why)| {
                let span = all.iter().find(|one| one.exclusion.id.value == id)?.exclusion.id.span;
                let message = format!("{name} goes without the exclusion {id}: {why}");
                Some(Diagnostic::new(Code::ExclusionSkipped, span, message).related(rule.id.span, "the rule"))
            });
            told.collect()
        }
        Err(mut blocked) => {
            blocked.iter_mut().for_each(|problem| problem.level = problem.code.level());
            blocked
        }
    }
}

/// What is found where the rule goes, given what is found of its document alone. A workspace is asked if its overrides
/// touch what exclusions look at, or if something is wrong with the document: its own tables may put that right. A
/// problem that workspaces alone have is told once for all of them.
fn where_it_goes(rule: &Rule, own: Vec<Diagnostic>, loaded: &Loaded) -> Vec<Diagnostic> {
    let content = &loaded.content;
    let path = loaded.sources.path(rule.span.file);
    let matters = |set: &Details| set.query.is_some() || set.entity_mappings.is_some() || set.custom_details.is_some();
    let same = |a: &Diagnostic, b: &Diagnostic| (a.code, a.span, &a.message) == (b.code, b.span, &b.message);
    // Whether a problem of the document was looked for anywhere, and whether it was found.
    let mut fate = vec![(false, false); own.len()];
    let mut found: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    for workspace in content.workspaces.iter().filter(|workspace| workspace.selects(rule, path)) {
        if own.is_empty() && !workspace.overrides.iter().any(|over| matters(&over.set)) {
            continue;
        }
        let details = workspace.details(rule, path);
        let here = applicable(content, rule, workspace);
        let tables = content.tables.workspace(&workspace.name.value);
        let schema = tables.as_ref().map_or(content.tables.shared(), |own| own as &dyn Schema);
        let problems = placed(rule, &details, &here, content, schema);
        for (problem, (asked, had)) in own.iter().zip(&mut fate) {
            *asked |= here.iter().any(|one| Some(one.exclusion.id.span) == problem.span);
            *had |= problems.iter().any(|other| same(other, problem));
        }
        for problem in problems.into_iter().filter(|problem| !own.iter().any(|other| same(other, problem))) {
            match found.iter_mut().find(|(other, _)| same(other, &problem)) {
                Some((_, workspaces)) => workspaces.push(&workspace.name.value),
                None => found.push((problem, vec![&workspace.name.value])),
            }
        }
    }
    let own = own.into_iter().zip(fate).filter(|(_, (asked, had))| *had || !asked).map(|(problem, _)| problem);
    let elsewhere = found.into_iter().map(|(mut problem, workspaces)| {
        let more = workspaces.len().saturating_sub(NAMED);
        let named = workspaces[..workspaces.len() - more].join(", ");
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        problem.message = format!("in {named}{rest}: {}", problem.message);
        problem
    });
    own.chain(elsewhere).collect()
}

/// An exclusion or a suppression in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    pub workspace: String,
    pub id: String,
    /// The kind of its document: `Exclusion` or `Suppression`.
    pub kind: &'static str,
    /// `hide` or `resolve`.
    pub effect: &'static str,
    pub name: Option<String>,
    pub state: State,
    /// Nothing for what an automation rule closes.
    pub stage: Option<&'static str>,
    /// When it begins, in RFC 3339.
    pub starts: Option<jiff::Timestamp>,
    pub expires: Option<jiff::Timestamp>,
    /// Whole days until then; negative after it.
    pub days: Option<i64>,
    /// The rules whose queries it is in: id and name.
    pub rules: Vec<(String, String)>,
    /// Rules that it can't be placed on, with the reason.
    pub blocked: Vec<(String, String)>,
    /// Rules that go without it, with the reason.
    pub skipped: Vec<(String, String)>,
    pub owner: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    /// `file:line`
    pub place: String,
}

/// Where an exclusion is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    InForce,
    /// It begins later.
    Pending,
    Lapsed,
}

impl State {
    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Pending => "pending",
            Self::Lapsed => "lapsed",
        }
    }

    fn of(exclusion: &Exclusion, now: jiff::Timestamp) -> Self {
        if exclusion.is_lapsed(now) {
            Self::Lapsed
        } else if exclusion.starts.as_ref().is_some_and(|starts| starts.value > now) {
            Self::Pending
        } else {
            Self::InForce
        }
    }
}

/// Whole days from one instant to another, rounded down: 0 is today.
pub fn days(from: jiff::Timestamp, to: jiff::Timestamp) -> i64 {
    (to.as_second() - from.as_second()).div_euclid(86_400)
}

/// What is in force where: by workspace, then by expiry; those without an end come last.
pub fn in_force(loaded: &Loaded, workspaces: &[Workspace]) -> Vec<InForce> {
    let content = &loaded.content;
    let mut all = Vec::new();
    for workspace in workspaces {
        let mut by_id: BTreeMap<&str, InForce> = content
            .exclusions
            .iter()
            .filter(|exclusion| holds_in(exclusion.workspaces.as_ref(), workspace))
            .map(|exclusion| (exclusion.id.value.as_str(), row(exclusion, workspace, content, &loaded.sources)))
            .collect();
        for compiled in super::place::compiled(content, &loaded.sources, workspace) {
            let (id, name) = (&compiled.rule.id.value, compiled.rule.display_name().trim());
            for exclusion in &compiled.exclusions {
                if let Some(row) = by_id.get_mut(exclusion.as_str()) {
                    row.rules.push((id.clone(), name.to_owned()));
                }
            }
            for (exclusion, why) in &compiled.skipped {
                if let Some(row) = by_id.get_mut(exclusion.as_str()) {
                    row.skipped.push((id.clone(), why.clone()));
                }
            }
            for problem in compiled.blocked.iter().filter(|problem| problem.code == Code::ExclusionUnplaced) {
                let at = |exclusion: &&Exclusion| problem.span == Some(exclusion.id.span);
                let Some(exclusion) = content.exclusions.iter().find(at) else { continue };
                if let Some(row) = by_id.get_mut(exclusion.id.value.as_str()) {
                    row.blocked.push((id.clone(), problem.message.clone()));
                }
            }
        }
        let mut rows: Vec<InForce> = by_id.into_values().collect();
        rows.extend(suppression_list::closing(loaded, workspace));
        rows.sort_by_key(|row| (row.expires.is_none(), row.expires, row.id.clone()));
        all.extend(rows);
    }
    all
}

fn row(exclusion: &Exclusion, workspace: &Workspace, content: &Content, sources: &Sources) -> InForce {
    let text =
        |text: &Option<crate::diagnostic::Spanned<String>>| text.as_ref().map(|text| text.value.trim().to_owned());
    InForce {
        workspace: workspace.name.value.clone(),
        id: exclusion.id.value.clone(),
        kind: suppression_list::kind(content, &exclusion.id.value),
        effect: "hide",
        name: text(&exclusion.name),
        state: State::of(exclusion, content.now),
        stage: Some(match exclusion.stage {
            crate::rule::exclusion::Stage::Result => "result",
            crate::rule::exclusion::Stage::Event => "event",
        }),
        starts: exclusion.starts.as_ref().map(|starts| starts.value),
        expires: exclusion.expires.as_ref().map(|expires| expires.value),
        days: exclusion.expires.as_ref().map(|expires| days(content.now, expires.value)),
        rules: Vec::new(),
        blocked: Vec::new(),
        skipped: Vec::new(),
        owner: text(&exclusion.owner),
        reason: text(&exclusion.reason),
        ticket: text(&exclusion.ticket),
        place: format!("{}:{}", sources.path(exclusion.span.file), exclusion.id.span.line),
    }
}
