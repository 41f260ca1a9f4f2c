//! A document from evidence, as YAML for a person to prune.
//!
//! Whatever comes from an incident is hostile: it stands in double quotes, as JSON writes them, which YAML reads back.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Evidence;
use crate::diagnostic::hidden::is_hidden;

/// How many days a drafted document lives.
const DAYS: i32 = 30;
/// How much of a title goes into a name, in characters.
const TITLE: usize = 200;

/// What is drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafted {
    Exclusion,
    Suppression,
}

/// A document that is to be written.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    pub kind: Drafted,
    pub id: &'a str,
    /// The incident's title, and its number for people.
    pub title: &'a str,
    pub number: &'a str,
    /// Ids and names of the project's rules.
    pub rules: &'a [(String, String)],
    pub evidence: &'a [Evidence],
    pub now: Timestamp,
}

impl Draft<'_> {
    /// The document. `TODO` is what check refuses: who answers for it, and why.
    pub fn yaml(&self) -> String {
        let mut text = String::new();
        let (kind, field) = match self.kind {
            Drafted::Exclusion => ("Exclusion", "the rule"),
            Drafted::Suppression => ("Suppression", "its alerts"),
        };
        let title: String = self.title.chars().filter(|c| !is_hidden(*c)).take(TITLE).collect();
        let name = format!("From incident {}: {}", self.number, title.split_whitespace().collect::<Vec<_>>().join(" "));
        let _ = writeln!(text, "kind: {kind}\nid: {}\nname: {}", self.id, quoted(name.trim()));
        text.push_str("rules:\n");
        for (id, name) in self.rules {
            let _ = writeln!(text, "  # {}\n  - {}", comment(name), quoted(id));
        }
        if self.kind == Drafted::Suppression {
            text.push_str("effect: resolve\n");
        }
        let _ = writeln!(
            text,
            "# Everything that the incident says of {field}: take out what is by chance.\nwhen:\n  all:"
        );
        for Evidence { field, values, left_out } in self.evidence {
            if *left_out > 0 {
                let _ =
                    writeln!(text, "    # {left_out} more: too many, too long, or with characters that nobody sees");
            }
            match values.as_slice() {
                [one] => {
                    let _ = writeln!(text, "    - {{entity: {}, equals: {}}}", quoted(field), quoted(one));
                }
                many => {
                    let _ = writeln!(text, "    - entity: {}\n      in:", quoted(field));
                    for one in many {
                        let _ = writeln!(text, "        - {}", quoted(one));
                    }
                }
            }
        }
        if self.kind == Drafted::Suppression {
            text.push_str("close: {classification: BenignPositive, reason: SuspiciousButExpected}\norder: 500\n");
        }
        text.push_str("reason: TODO  # why this is expected, and how it was found out\n");
        text.push_str("owner: TODO   # who answers for it\n");
        let _ = writeln!(text, "expires: {}", end(self.now));
        if self.kind == Drafted::Exclusion {
            self.tests(&mut text);
        }
        text
    }

    /// The incident's own row, and one that differs in each field alone.
    fn tests(&self, text: &mut String) {
        let row = |other: Option<usize>| {
            let cells = self.evidence.iter().enumerate().map(|(at, Evidence { field, values, .. })| {
                let value = if other == Some(at) { "something-else" } else { values.first().map_or("", |one| one) };
                format!("{}: {}", quoted(field), quoted(value))
            });
            cells.collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(text, "tests:\n  - {{row: {{{}}}, expect: hidden}}", row(None));
        for at in 0..self.evidence.len() {
            let _ = writeln!(text, "  - {{row: {{{}}}, expect: kept}}", row(Some(at)));
        }
    }
}

/// The day on which a document drafted now ends.
pub fn end(now: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(now).date().saturating_add(jiff::Span::new().days(DAYS))
}

/// A text in double quotes, in which nothing can end them, the line, or the document.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Line ends of YAML and what it calls unprintable.
            c if c.is_control() || is_hidden(c) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text that stays on the line of a comment.
fn comment(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !is_hidden(*c)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Sources;
    use crate::rule::exclusion::{self, Condition, Exclusion, Operation};
    use crate::rule::yaml;

    fn read(text: &str) -> Result<Exclusion, String> {
        let mut sources = Sources::default();
        let file = sources.add("x.yaml", text.to_owned());
        let mut all = yaml::parse(file, text).map_err(|why| why.message)?;
        if all.len() != 1 {
            return Err(format!("{} documents", all.len()));
        }
        let mut problems = Vec::new();
        exclusion::read(all.remove(0), &mut problems).map_err(|_| format!("{problems:?}\n{text}"))
    }

    fn filled(text: &str) -> String {
        text.replace("reason: TODO", "reason: x").replace("owner: TODO", "owner: x")
    }

    proptest! {
        /// Whatever an incident says, the draft reads back to it, and to nothing else.
        #[test]
        fn hostile_text_reads_back(
            title in ".{0,60}",
            name in ".{0,30}",
            values in prop::collection::vec("[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cn}\\p{Co}]{1,20}", 1..5),
        ) {
            let values: Vec<String> = values.into_iter().map(|one| format!("v{one}v")).collect();
            let evidence = [Evidence { field: "Account.Name".into(), values: values.clone(), left_out: 1 }];
            let rules = [("11111111-1111-4111-8111-111111111111".to_owned(), name)];
            let draft = Draft {
                kind: Drafted::Exclusion,
                id: "incident-7",
                title: &title,
                number: "7",
                rules: &rules,
                evidence: &evidence,
                now: Timestamp::UNIX_EPOCH,
            };
            let text = draft.yaml();
            prop_assert!(read(&text).is_err(), "a TODO is refused");
            let document = read(&filled(&text)).map_err(TestCaseError::fail)?;
            let Condition::All(parts) = &document.when else { return Err(TestCaseError::fail("no all")) };
            let [Condition::Field(test)] = parts.as_slice() else { return Err(TestCaseError::fail("not one field")) };
            let Operation::OneOf(found) = &test.operation else { return Err(TestCaseError::fail("no list")) };
            let found: Vec<&String> = found.iter().map(|one| &one.value).collect();
            prop_assert_eq!(found, values.iter().collect::<Vec<_>>());
            let mut problems = Vec::new();
            crate::compile::exclusion::proof::prove(&document, &mut problems);
            prop_assert!(problems.iter().all(|problem| !problem.is_error()), "{:?}", problems);
        }
    }

    #[test]
    fn a_control_character_is_written_out() {
        assert_eq!(quoted("a\"\\\n\u{85}\u{2028}: #"), "\"a\\\"\\\\\\U0000000a\\U00000085\\U00002028: #\"");
        assert_eq!(end("2026-11-24T23:59:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH)).to_string(), "2026-12-24");
    }
}
