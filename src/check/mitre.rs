//! The form of tactics and techniques. Which technique belongs to which tactic is not looked at here.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::rule::words::{TACTICS, is_tactic};
use crate::rule::{Details, RuleKind};

/// Finds tactics that the service does not know and techniques without the form of one.
pub fn check(_: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
    for tactic in details.tactics.iter().flatten().filter(|tactic| !is_tactic(&tactic.value)) {
        let help = match nearest(&tactic.value, TACTICS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it knows {}", TACTICS.join(", ")),
        };
        let message = format!("the service knows no tactic `{}`", tactic.value.escape_debug());
        problems.push(Diagnostic::new(Code::UnknownTactic, tactic.span, message).help(help));
    }
    for technique in details.techniques.iter().flatten() {
        if !is_technique(technique.value.trim()) {
            let message = format!("`{}` is no technique", technique.value.escape_debug());
            problems
                .push(Diagnostic::new(Code::TechniqueForm, technique.span, message).help("write T1234 or T1234.001"));
        }
    }
}

fn is_technique(text: &str) -> bool {
    let (parent, sub) = text.split_once('.').map_or((text, None), |(parent, sub)| (parent, Some(sub)));
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    parent.strip_prefix(['T', 't']).is_some_and(|number| digits(number, 4)) && sub.is_none_or(|sub| digits(sub, 3))
}
