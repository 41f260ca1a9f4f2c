//! Suppressions against the rules, the workspaces, the project's policy, the clock and each other.

use super::exclusions::{self, Project};
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::exclusion::{Exclusion, Field};
use crate::rule::suppression::{Effect, Suppression};
use crate::workspace::exclusion_policy::{ExclusionPolicy, Required};

/// Checks one suppression. One that hides is checked as the exclusion that it is, but for what only a suppression has.
pub fn check(suppression: &Suppression, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    if suppression.effect == Effect::Hide {
        rows(suppression, problems);
        return;
    }
    // No row proves what an automation rule closes.
    let policy = ExclusionPolicy {
        require: project.policy.require.iter().copied().filter(|one| *one != Required::Tests).collect(),
        ..project.policy.clone()
    };
    let Project { rules, ids, workspaces, whole, now, .. } = *project;
    let project = Project { rules, ids, workspaces, policy: &policy, whole, now };
    exclusions::scope(&suppression.as_exclusion(), &project, problems);
    if let Some(expires) = suppression.expires.as_ref().filter(|_| suppression.is_lapsed(now)) {
        let message = format!("{} lapsed at {}: it closes nothing any more", suppression.id.value, expires.value);
        problems.push(
            Diagnostic::new(Code::SuppressionLapsed, expires.span, message)
                .help("remove the document, or give it a new end and a reason"),
        );
    }
}

/// What is hidden is a row: there is no incident to ask.
fn rows(suppression: &Suppression, problems: &mut Vec<Diagnostic>) {
    let Some(when) = &suppression.when else { return };
    when.each(&mut |test| {
        if let Field::Incident(property) = &test.field {
            let message =
                format!("`incident: {}` with effect hide: what is hidden never becomes an incident", property.word());
            problems.push(
                Diagnostic::new(Code::SuppressionCondition, test.span, message)
                    .help("ask for an entity, a column or a custom detail, or say `effect: resolve`"),
            );
        }
    });
}

/// Finds suppressions that share their id with another one or with an exclusion: true for each of both lists that is to
/// be left out. Exclusions among themselves are none of its business.
pub fn duplicates(
    suppressions: &[Suppression],
    exclusions: &[Exclusion],
    problems: &mut Vec<Diagnostic>,
) -> (Vec<bool>, Vec<bool>) {
    let ids: Vec<&Spanned<String>> =
        suppressions.iter().map(|one| &one.id).chain(exclusions.iter().map(|one| &one.id)).collect();
    let mut refused = vec![false; ids.len()];
    for (at, id) in ids.iter().enumerate() {
        let ours = at < suppressions.len();
        let same = |other: usize| other != at && ids[other].value == id.value && (ours || other < suppressions.len());
        let others: Vec<usize> = (0..ids.len()).filter(|&other| same(other)).collect();
        if others.is_empty() {
            continue;
        }
        refused[at] = true;
        let message = format!("another suppression or exclusion has the id {} too", id.value);
        let mut problem = Diagnostic::new(Code::DuplicateId, id.span, message)
            .help("give one of them another id: neither is used while they share one");
        for other in others {
            problem = problem.related(ids[other].span, "here too");
        }
        problems.push(problem);
    }
    let of_exclusions = refused.split_off(suppressions.len());
    (refused, of_exclusions)
}
