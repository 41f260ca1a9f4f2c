//! Tactics and techniques of MITRE ATT&CK: known, and belonging together.

mod attack;

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Fix, nearest};
use crate::rule::words::{TACTICS, is_tactic, tactic};
use attack::{Known, known};

pub use attack::VERSION;

/// Finds tactics that the service does not know, and techniques that are none, unknown, or of no tactic of the rule.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    for tactic in details.tactics.iter().flatten().filter(|tactic| !is_tactic(&tactic.value)) {
        let help = match nearest(&tactic.value, TACTICS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it knows {}", TACTICS.join(", ")),
        };
        let message = format!("the service knows no tactic `{}`", tactic.value.escape_debug());
        let mut near = TACTICS.iter().filter(|own| nearest(&tactic.value, [**own]).is_some());
        let only = near.next().filter(|_| near.next().is_none());
        let fix = only.and_then(|only| Fix::word(tactic.span, &tactic.value, only));
        problems.push(Diagnostic::new(Code::UnknownTactic, tactic.span, message).help(help).fix(fix));
    }
    // A technique may belong to the tactic that was mistyped.
    let all_known = details.tactics.iter().flatten().all(|tactic| is_tactic(&tactic.value));
    let tactics: Vec<String> = details.tactics.iter().flatten().map(|written| tactic(&written.value)).collect();
    for technique in details.techniques.iter().flatten() {
        let name = technique.value.trim().to_ascii_uppercase();
        let mut report = |code, message: String, help: String| {
            problems.push(Diagnostic::new(code, technique.span, message).help(help));
        };
        if !is_technique(&name) {
            let message = format!("`{}` is no technique", technique.value.escape_debug());
            report(Code::TechniqueForm, message, "write T1234 or T1234.001".to_owned());
            continue;
        }
        match known(&name) {
            Known::No => report(
                Code::UnknownTechnique,
                format!("ATT&CK {VERSION} has no technique {name}"),
                "look it up at https://attack.mitre.org/techniques/enterprise/".to_owned(),
            ),
            Known::Retired => report(
                Code::UnknownTechnique,
                format!("{name} was retired from ATT&CK"),
                format!(
                    "its page names its successor: https://attack.mitre.org/techniques/{}/",
                    name.replace('.', "/")
                ),
            ),
            Known::Of(of) => {
                if all_known && !tactics.iter().any(|tactic| of.covers(tactic)) {
                    report(
                        Code::TechniqueWithoutTactic,
                        format!("{name} belongs to no tactic of the rule: the service may drop it"),
                        format!("add one of {}", of.tactics().collect::<Vec<_>>().join(", ")),
                    );
                }
            }
        }
    }
}

fn is_technique(text: &str) -> bool {
    let (parent, sub) = text.split_once('.').map_or((text, None), |(parent, sub)| (parent, Some(sub)));
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    parent.strip_prefix('T').is_some_and(|number| digits(number, 4)) && sub.is_none_or(|sub| digits(sub, 3))
}
