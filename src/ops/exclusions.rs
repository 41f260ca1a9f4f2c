//! Exclusions of a project: settled when it is read, proven against its rules, and listed.

use std::collections::BTreeMap;

use super::load::{Content, Loaded};
use crate::check::exclusions::{self, Project};
use crate::compile::exclusion::{Applicable, exclude, mapped, proof};
use crate::diagnostic::{Code, Diagnostic, Level, Sources};
use crate::kql::predicate::Predicate;
use crate::rule::Rule;
use crate::rule::exclusion::{Exclusion, FaultyExclusion};
use crate::workspace::Workspace;
use crate::workspace::exclusion_scope::{holds_in, reach};

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
        .filter_map(|exclusion| Some(Applicable { exclusion, reach: reach(&exclusion.rules, rule)? }))
        .collect()
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

/// Tries every exclusion on every rule that it is for, as the rule's document has it: what a plan would block.
pub fn placements(loaded: &Loaded) -> Vec<Diagnostic> {
    let content = &loaded.content;
    let mut problems = Vec::new();
    for rule in &content.rules {
        let all: Vec<Applicable<'_>> = content
            .exclusions
            .iter()
            .filter_map(|exclusion| Some(Applicable { exclusion, reach: reach(&exclusion.rules, rule)? }))
            .collect();
        let name = rule.display_name().trim();
        match exclude(rule, &rule.details, &all, content.now, content.tables.shared()) {
            Ok(excluded) => {
                for (id, why) in excluded.skipped {
                    let Some(one) = all.iter().find(|one| one.exclusion.id.value == id) else { continue };
                    let message = format!("{name} goes without the exclusion {id}: {why}");
                    let span = one.exclusion.id.span;
                    problems
                        .push(Diagnostic::new(Code::ExclusionSkipped, span, message).related(rule.id.span, "the rule"));
                }
            }
            // Here it is a warning; where it would be deployed, the rule is blocked.
            Err(blocked) => problems.extend(blocked.into_iter().map(|mut problem| {
                problem.level = problem.code.level();
                problem
            })),
        }
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

/// An exclusion in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    pub workspace: String,
    pub id: String,
    pub name: Option<String>,
    pub state: State,
    pub stage: &'static str,
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
        name: text(&exclusion.name),
        state: State::of(exclusion, content.now),
        stage: match exclusion.stage {
            crate::rule::exclusion::Stage::Result => "result",
            crate::rule::exclusion::Stage::Event => "event",
        },
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
