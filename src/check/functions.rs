//! Functions: names that are near a built-in one and are none, and calls with too few or too many arguments.

use std::collections::BTreeSet;

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::{self, FunctionOrigin};

/// Finds slips in calls. A function that is unknown may be the workspace's own, so only a near miss is reported.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    let stored = facts.functions.iter().filter(|function| function.origin == FunctionOrigin::Stored);
    for function in stored.filter(|function| function.name.len() > 3 && !function.name.starts_with('_')) {
        if let Some(near) = kql::nearest(&function.name, kql::function_names().filter(|name| !name.starts_with('_')))
            && one_slip(&function.name, near)
        {
            let message =
                format!("KQL has no function `{}`: unless the workspace has one, the rule fails", function.name);
            problems.push(
                query.problem(Code::UnknownFunction, function.span, message).help(format!("did you mean `{near}`?")),
            );
        }
    }
    let built_in: BTreeSet<u32> = facts
        .functions
        .iter()
        .filter(|function| function.origin == FunctionOrigin::BuiltIn)
        .map(|function| function.span.start)
        .collect();
    for call in query.calls().filter(|call| built_in.contains(&call.name.span.start)) {
        let Some(known) = kql::function(&call.name.text) else { continue };
        let (given, least, most) = (call.args.len(), usize::from(known.least), usize::from(known.most));
        if (least..=most).contains(&given) {
            continue;
        }
        let takes = match (least, most) {
            (least, most) if least == most => format!("{least}"),
            (least, most) if most == usize::from(u16::MAX) => format!("{least} or more"),
            (least, most) => format!("{least} to {most}"),
        };
        let message = format!("`{}` takes {takes} argument{}, this call has {given}", call.name.text, plural(&takes));
        problems.push(
            query
                .problem(Code::FunctionArguments, call.name.span, message)
                .help("look for a comma or a bracket too few or too many"),
        );
    }
}

fn plural(takes: &str) -> &'static str {
    if takes == "1" { "" } else { "s" }
}

/// Whether two names are one keystroke apart, or differ in case alone.
fn one_slip(name: &str, near: &str) -> bool {
    strsim::osa_distance(&name.to_ascii_lowercase(), near) <= 1
}
