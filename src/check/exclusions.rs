//! Exclusions against the rules, the workspaces, the project's policy and the clock.

use jiff::{SignedDuration, Timestamp};

use crate::diagnostic::{Code, Diagnostic, Spanned, nearest};
use crate::rule::Rule;
use crate::rule::exclusion::{Exclusion, RuleScope, Stage};
use crate::rule::fields::quoted;
use crate::workspace::Workspace;
use crate::workspace::exclusion_policy::{ExclusionPolicy, Forbidden, Required};
use crate::workspace::exclusion_scope::{entry_names, holds_in, is_guid, reach};
use crate::workspace::pattern::Pattern;

/// What exclusions are checked against.
pub struct Project<'p> {
    pub rules: &'p [Rule],
    /// The ids of all rules, those of faulty documents included.
    pub ids: &'p [&'p str],
    pub workspaces: &'p [Workspace],
    pub policy: &'p ExclusionPolicy,
    /// Whether all of the project was read. What a part does not hold may be in the rest.
    pub whole: bool,
    pub now: Timestamp,
}

/// Checks one exclusion.
pub fn check(exclusion: &Exclusion, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    scope(exclusion, project, problems);
    if let Some(expires) = exclusion.expires.as_ref().filter(|expires| expires.value <= project.now) {
        let message = format!("{} lapsed at {}: it hides nothing any more", exclusion.id.value, expires.value);
        problems.push(
            Diagnostic::new(Code::ExclusionLapsed, expires.span, message)
                .help("remove the document, or give it a new end and a reason"),
        );
    }
}

/// Checks what exclusions and suppressions have in common: the project's policy, the rules and the workspaces.
pub(super) fn scope(exclusion: &Exclusion, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    policy(exclusion, project, problems);
    if project.whole {
        rules(exclusion, project, problems);
        workspaces(exclusion, project, problems);
    }
}

/// Finds exclusions of one id. True for each that is to be left out.
pub fn duplicates(exclusions: &[Exclusion], problems: &mut Vec<Diagnostic>) -> Vec<bool> {
    let mut refused = vec![false; exclusions.len()];
    let mut order: Vec<usize> = (0..exclusions.len()).collect();
    order.sort_by_key(|&at| &exclusions[at].id.value);
    for same in order.chunk_by(|&a, &b| exclusions[a].id.value == exclusions[b].id.value).filter(|same| same.len() > 1)
    {
        for &at in same {
            refused[at] = true;
            let id = &exclusions[at].id;
            let mut problem =
                Diagnostic::new(Code::DuplicateId, id.span, format!("another exclusion has the id {} too", id.value))
                    .help("give one of them another id: neither is used while they share one");
            for &other in same.iter().filter(|&&other| other != at) {
                problem = problem.related(exclusions[other].id.span, "here too");
            }
            problems.push(problem);
        }
    }
    refused
}

fn rules(exclusion: &Exclusion, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    let nothing = |span, what: &str| {
        Diagnostic::new(Code::MatchesNothing, span, format!("{what} matches no rule"))
            .help("give ids, or names with * and ?")
    };
    match &exclusion.rules {
        RuleScope::Listed(list) => {
            for entry in list {
                let text = entry.value.trim();
                if project.ids.iter().any(|id| id.eq_ignore_ascii_case(text)) {
                    continue;
                }
                if is_guid(text) {
                    problems.push(missing(entry, project));
                } else if !project.rules.iter().any(|rule| entry_names(text, rule)) {
                    problems.push(nothing(entry.span, &quoted(text)));
                }
            }
        }
        scope @ RuleScope::Matching(matching) => {
            if !project.rules.iter().any(|rule| reach(scope, rule).is_some()) {
                problems.push(nothing(matching.span, "`match`"));
            }
        }
    }
}

fn missing(entry: &Spanned<String>, project: &Project<'_>) -> Diagnostic {
    let help = match nearest(&entry.value, project.ids.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => "correct the id, or name the rule by its name".to_owned(),
    };
    Diagnostic::new(Code::ExclusionRuleMissing, entry.span, format!("no rule has the id {}", entry.value)).help(help)
}

fn workspaces(exclusion: &Exclusion, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(scope) = exclusion.workspaces.as_ref().filter(|_| !project.workspaces.is_empty()) else { return };
    let named = |pattern: &str| {
        pattern == "local" || project.workspaces.iter().any(|one| Pattern::new(pattern).matches(&one.name.value))
    };
    let mut told = false;
    for pattern in scope.names.iter().filter(|pattern| !named(pattern.value.trim())) {
        told = true;
        problems.push(
            Diagnostic::new(
                Code::MatchesNothing,
                pattern.span,
                format!("no workspace is named {}", quoted(&pattern.value)),
            )
            .help("give names with * and ?"),
        );
    }
    if !told
        && !scope.names.iter().any(|name| name.value == "local")
        && !project.workspaces.iter().any(|workspace| holds_in(Some(scope), workspace))
    {
        problems.push(
            Diagnostic::new(Code::MatchesNothing, scope.span, "no workspace has these labels: it holds nowhere")
                .help("give labels that a workspace has"),
        );
    }
}

fn policy(exclusion: &Exclusion, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    let policy = project.policy;
    let span = exclusion.id.span;
    let broken = |span, message: String, help: &str| {
        Diagnostic::new(Code::ExclusionPolicy, span, message).help(format!("{help}; `policy.exclusions` asks for it"))
    };
    let written = |text: &Option<Spanned<String>>| text.as_ref().is_some_and(|text| !text.value.trim().is_empty());
    for required in &policy.require {
        let there = match required {
            Required::Expires => exclusion.expires.is_some(),
            Required::Owner => written(&exclusion.owner),
            Required::Reason => written(&exclusion.reason),
            Required::Ticket => written(&exclusion.ticket),
            Required::Tests => !exclusion.tests.is_empty(),
        };
        if !there {
            let key = required.key();
            problems.push(broken(span, format!("{} has no `{key}`", exclusion.id.value), &format!("give `{key}:`")));
        }
    }
    if let Some(longest) = &policy.max_life {
        let from = exclusion.starts.as_ref().map_or(project.now, |starts| starts.value);
        let most = SignedDuration::from_secs(i64::try_from(longest.value.seconds).unwrap_or(i64::MAX));
        let days = longest.value.seconds / 86_400;
        match &exclusion.expires {
            Some(expires) if expires.value.duration_since(from) > most => problems.push(broken(
                expires.span,
                format!("{} lives longer than {days} days", exclusion.id.value),
                "give an earlier end, and renew it when that comes",
            )),
            None => problems.push(broken(
                span,
                format!("{} has no end, and may live {days} days at most", exclusion.id.value),
                "give `expires:`",
            )),
            Some(_) => {}
        }
    }
    for forbidden in &policy.forbid {
        if let Some((what, help)) = breaks(*forbidden, exclusion, project) {
            problems.push(broken(span, format!("{} {what}, which is forbidden", exclusion.id.value), help));
        }
    }
}

fn breaks(forbidden: Forbidden, exclusion: &Exclusion, project: &Project<'_>) -> Option<(&'static str, &'static str)> {
    let every = || project.rules.len() > 1 && project.rules.iter().all(|rule| reach(&exclusion.rules, rule).is_some());
    let stars = |text: &str| !text.is_empty() && text.chars().all(|c| c == '*');
    let (broken, what, help) = match (forbidden, &exclusion.rules) {
        (Forbidden::AllRules, RuleScope::Listed(list)) => {
            let broken = list.iter().any(|entry| stars(entry.value.trim())) || every();
            (broken, "is for every rule", "name the rules that it is for")
        }
        (Forbidden::AllRules, RuleScope::Matching(_)) => {
            (every(), "is for every rule", "name the rules that it is for")
        }
        (Forbidden::Patterns, RuleScope::Listed(list)) => {
            let broken = list.iter().any(|entry| entry.value.contains(['*', '?']));
            (broken, "names rules by a pattern", "name each rule by its id or whole name")
        }
        (Forbidden::Match, RuleScope::Matching(_)) => {
            (true, "selects rules by `match`", "name the rules that it is for")
        }
        (Forbidden::Patterns | Forbidden::Match, _) => return None,
        (Forbidden::AllWorkspaces, _) => {
            (exclusion.workspaces.is_none(), "holds in every workspace", "give `workspaces:`")
        }
        (Forbidden::Event, _) => (exclusion.stage == Stage::Event, "is of stage event", "use stage result"),
    };
    broken.then_some((what, help))
}
