//! Another parser's verdict on the queries of a project, beside ours.

use std::collections::HashMap;

use serde_json::Value;

use super::load::Loaded;
use super::query::Judge;
use crate::check::query_length;
use crate::diagnostic::{Code, Diagnostic, Sources, Spanned};
use crate::kql;
use crate::rule::scalar;

/// How much of a message is shown.
const SHOWN: usize = 200;

/// Adds to a project's problems where the judge says otherwise of a rule's query than we do. Which of several faults of a
/// query is told first is no disagreement.
pub fn tell(loaded: &mut Loaded, judge: &dyn Judge) {
    let mut asked: HashMap<String, Result<Value, String>> = HashMap::new();
    let faulty = loaded.content.faulty.iter().map(|faulty| &faulty.rule);
    let mut found = Vec::new();
    for rule in loaded.content.rules.iter().chain(faulty) {
        let Some(query) = rule.details.query.as_ref().filter(|query| query_length::fits(&query.value)) else {
            continue;
        };
        let verdict = asked.entry(query.value.clone()).or_insert_with(|| judge.syntax(&query.value));
        found.extend(disagreement(query, verdict, &loaded.sources));
    }
    let policy = &loaded.content.settings.policy;
    loaded.problems.extend(found.into_iter().filter_map(|problem| policy.judge(problem)));
    super::load::sort(&mut loaded.problems);
}

fn disagreement(query: &Spanned<String>, verdict: &Result<Value, String>, sources: &Sources) -> Option<Diagnostic> {
    let at = |units: usize| {
        let start = byte(&query.value, units);
        scalar::place(&sources.text(query.span.file), query.span, &query.value, start..start).unwrap_or(query.span)
    };
    let ours = kql::parse(&query.value).diagnostics;
    let faults = match verdict {
        Ok(faults) => faults.as_array().map(Vec::as_slice).unwrap_or_default(),
        Err(why) => {
            let why: String = why.chars().take(SHOWN).collect();
            let message = format!("Microsoft's parser gave no verdict: {}", why.escape_debug());
            return Some(Diagnostic::new(Code::KustoDisagrees, query.span, message).help("ours is the only one"));
        }
    };
    let (message, place) = match (ours.first(), faults.first()) {
        (None, Some(fault)) => {
            let text = |part: usize| fault.get(part).and_then(Value::as_str).unwrap_or_default();
            let start = fault.get(2).and_then(Value::as_u64).and_then(|start| usize::try_from(start).ok());
            let told: String = text(1).chars().take(SHOWN).collect();
            let message = format!(
                "Microsoft's parser refuses the query, ours takes it: {} ({})",
                told.escape_debug(),
                text(0).escape_debug()
            );
            (message, at(start.unwrap_or(0)))
        }
        (Some(fault), None) => {
            let place = scalar::place(&sources.text(query.span.file), query.span, &query.value, fault.span.range());
            let message = format!("Microsoft's parser takes the query, ours refuses it: {}", fault.message);
            (message, place.unwrap_or(query.span))
        }
        _ => return None,
    };
    let help = "one of the two is wrong: report the query, and trust the service";
    Some(Diagnostic::new(Code::KustoDisagrees, place, message).help(help))
}

/// The byte at which some UTF-16 units end.
fn byte(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ops::{LoadOptions, load};
    use serde_json::json;

    struct Says(Result<Value, String>);

    impl Judge for Says {
        fn syntax(&self, _query: &str) -> Result<Value, String> {
            self.0.clone()
        }
    }

    fn told(query: &str, verdict: Result<Value, String>) -> Vec<(String, u32, u32)> {
        let project = tempfile::tempdir().unwrap();
        let rule = format!(
            "id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000\nkind: NRT\nname: x\nseverity: Medium\nquery: |\n  {query}\n"
        );
        std::fs::write(project.path().join("a.yaml"), rule).unwrap();
        let mut loaded = load(project.path(), &LoadOptions::default());
        tell(&mut loaded, &Says(verdict));
        let ours = loaded.problems.into_iter().filter(|problem| problem.code == Code::KustoDisagrees);
        ours.map(|problem| {
            let span = problem.span.unwrap();
            (problem.message, span.line, span.column)
        })
        .collect()
    }

    #[test]
    fn only_a_disagreement_is_told() {
        let refused = || Ok(json!([["KS006", "Missing\nexpression", 14, 1]]));
        assert_eq!(told("T | where A == 1", Ok(json!([]))), []);
        assert_eq!(told("T | where A ==", refused()), []);
        let (message, line, column) = told("T | where '🙂' == A", refused()).remove(0);
        assert_eq!(message, "Microsoft's parser refuses the query, ours takes it: Missing\\nexpression (KS006)");
        assert_eq!((line, column), (6, 16), "14 UTF-16 units, of which the sign takes two");
        let (message, line, _) = told("T | where A ==", Ok(json!([]))).remove(0);
        assert!(message.starts_with("Microsoft's parser takes the query, ours refuses it: "), "{message}");
        assert_eq!(line, 6);
        let (message, ..) = told("T | where A == 1", Err("too much recursion".to_owned())).remove(0);
        assert_eq!(message, "Microsoft's parser gave no verdict: too much recursion");
    }
}
