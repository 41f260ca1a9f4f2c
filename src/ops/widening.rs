//! Exclusions that hide more than before: what the live block says against what the new one says.
//!
//! Both are text, one condition a line, written by this program. Nobody needs to understand it to see that a condition
//! has one more part in an `and`, or one less in an `or` or a list: that is narrower. Values that come and go in a list
//! are the daily work with exclusions, and the plan shows them; a condition of another form, a shorter text or a larger
//! range is not. Whatever is not proven to be as narrow as before counts as wider.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::load::Loaded;
use crate::diagnostic::Code;
use crate::kql::exclude::{Block, Listed, Stage, blocks, conditions};
use crate::plan::WorkspacePlan;
use crate::plan::exclusions::Turn;
use crate::rule::exclusion::Exclusion;

/// Exclusions of a plan that hide more than before, with why.
pub(super) fn widened(loaded: &Loaded, plan: &WorkspacePlan) -> Vec<(String, String)> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for turn in &plan.exclusions {
        let document = loaded.content.exclusions.iter().find(|exclusion| exclusion.id.value == turn.id);
        let Some(document) = document else { continue };
        if turn.change == Turn::Begins && !turn.rules.is_empty() && is_broad(loaded, document) {
            found.insert(turn.id.clone(), "is new, and hides rows that have none of its values".to_owned());
        }
    }
    for change in plan.changes.iter().filter(|change| change.action.writes()) {
        let (Some(before), Some(after)) = (query(change.before.as_ref()), query(change.after.as_ref())) else {
            continue;
        };
        if before == after {
            continue;
        }
        let (before, after) = (Conditions::of(before), Conditions::of(after));
        for id in after.ids() {
            if !before.covers(&after, id) {
                let why = "hides more than before, or nobody can prove that it does not";
                found.entry(id.to_owned()).or_insert_with(|| why.to_owned());
            }
        }
    }
    found.into_iter().collect()
}

fn query(body: Option<&Value>) -> Option<&str> {
    body?.pointer("/properties/query").and_then(Value::as_str)
}

fn is_broad(loaded: &Loaded, exclusion: &Exclusion) -> bool {
    loaded.problems.iter().any(|problem| {
        problem.code == Code::ExclusionBroad
            && problem
                .span
                .is_some_and(|span| span.file == exclusion.span.file && span.start == exclusion.when_span.start)
    })
}

/// The exclusions of a query, by stage.
struct Conditions(Vec<OfStage>);

struct OfStage {
    listed: Vec<Listed>,
    /// By id and table, as far as the block's text proves whose they are.
    hidden: BTreeMap<String, BTreeMap<String, String>>,
}

impl Conditions {
    fn of(query: &str) -> Self {
        let of = |(stage, block): (Stage, &Block)| OfStage {
            listed: block.listed().to_vec(),
            hidden: conditions(query, stage),
        };
        Self(blocks(query).iter().map(of).collect())
    }

    fn ids(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|stage| &stage.listed).map(|listed| listed.id.as_str()).collect()
    }

    /// Whether everything that an exclusion hides in `newer` is hidden by it here. One that is not there at all begins,
    /// which is another question.
    fn covers(&self, newer: &Self, id: &str) -> bool {
        let begins = !self.ids().contains(id);
        begins || self.0.iter().zip(&newer.0).all(|(older, newer)| older.covers(newer, id))
    }
}

impl OfStage {
    fn digest(&self, id: &str) -> Option<&str> {
        self.listed.iter().find(|listed| listed.id == id).map(|listed| listed.digest.as_str())
    }

    /// An exclusion of another stage hides other rows.
    fn covers(&self, newer: &Self, id: &str) -> bool {
        let Some(digest) = newer.digest(id) else { return true };
        match (self.hidden.get(id), newer.hidden.get(id)) {
            (Some(older), Some(newer)) => newer.iter().all(|(table, newer)| {
                let older = older.get(table).map(|older| timeless(older));
                older.is_some_and(|older| {
                    let newer = timeless(newer);
                    implies(&newer, &older) || is_alike(&newer, &older)
                })
            }),
            _ => self.digest(id) == Some(digest),
        }
    }
}

/// A condition without the times in which it holds.
fn timeless(condition: &str) -> String {
    let Some(parts) = split(condition, " and ") else { return condition.to_owned() };
    let is_time = |part: &&str| !(part.starts_with("now() >= datetime(") || part.starts_with("now() < datetime("));
    let kept: Vec<&str> = parts.into_iter().filter(is_time).collect();
    match kept.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("({})", many.join(" and ")),
    }
}

/// Whether the first is proven to be true only where the second is.
fn implies(first: &str, second: &str) -> bool {
    if first == second {
        return true;
    }
    let all = |parts: Vec<&str>| parts.into_iter().all(|part| implies(first, part));
    let each = |parts: Vec<&str>| parts.into_iter().all(|part| implies(part, second));
    // In the order of what loses nothing: the first is each of its parts, the second all of its parts.
    if let Some(parts) = split(first, " or ") {
        return each(parts);
    }
    if let Some(parts) = split(second, " and ") {
        return all(parts);
    }
    let some_of_first = split(first, " and ").is_some_and(|parts| parts.into_iter().any(|part| implies(part, second)));
    let some_of_second = split(second, " or ").is_some_and(|parts| parts.into_iter().any(|part| implies(first, part)));
    let negated = |text: &str| text.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')).map(str::to_owned);
    let turned = negated(first).zip(negated(second)).is_some_and(|(first, second)| implies(&second, &first));
    some_of_first || some_of_second || turned || shorter_list(first, second)
}

/// `x in~ ("a", "b")` and `x =~ "a"`: whether the first has no value that the second lacks.
fn shorter_list(first: &str, second: &str) -> bool {
    let read = |text: &str| -> Option<(String, bool, BTreeSet<String>)> {
        for (word, one, folded) in
            [(" in~ ", false, true), (" in ", false, false), (" =~ ", true, true), (" == ", true, false)]
        {
            let Some((left, right)) = outside(text, word).first().map(|at| (&text[..*at], &text[at + word.len()..]))
            else {
                continue;
            };
            let values = if one { vec![right] } else { list(right.strip_prefix('(')?.strip_suffix(')')?) };
            let values = values.into_iter().map(|value| value.trim().to_owned()).collect();
            return Some((left.to_owned(), folded, values));
        }
        None
    };
    match (read(first), read(second)) {
        (Some((left, folded, few)), Some((right, also, many))) => {
            left == right && (folded == also || also) && few.is_subset(&many)
        }
        _ => false,
    }
}

/// Whether a condition asks the same as an older one, of other values at most.
fn is_alike(newer: &str, older: &str) -> bool {
    let (newer, older) = (Shape::of(newer), Shape::of(older));
    let looser = |new: &String, old: &String| new != old && old.to_lowercase().contains(&new.to_lowercase());
    newer.form == older.form
        && !newer.texts.iter().zip(&older.texts).any(|(new, old)| looser(new, old))
        && newer.bits.iter().zip(&older.bits).all(|(new, old)| new >= old)
}

/// A condition without its values.
#[derive(Debug, Default, PartialEq)]
struct Shape {
    form: String,
    /// What a text begins or ends with, or holds.
    texts: Vec<String>,
    /// The prefix lengths of ranges.
    bits: Vec<u8>,
}

impl Shape {
    fn of(condition: &str) -> Self {
        let (mut shape, mut rest) = (Self::default(), condition);
        while let Some(c) = rest.chars().next() {
            let list = [(" in~ (", "~of"), (" in (", "=of")].into_iter().find(|(word, _)| rest.starts_with(word));
            let value = [(" =~ \"", "~of"), (" == \"", "=of")].into_iter().find(|(word, _)| rest.starts_with(word));
            rest = if let Some((word, form)) = list {
                shape.form.push_str(form);
                &rest[word.len() + closing_parenthesis(&rest[word.len()..])..]
            } else if let Some((word, form)) = value {
                shape.form.push_str(form);
                let literal = word.len() - 1;
                &rest[literal + closing(&rest[literal..])..]
            } else if c == '"' {
                let (literal, after) = rest.split_at(closing(rest));
                shape.literal(literal);
                after
            } else {
                shape.form.push(c);
                &rest[c.len_utf8()..]
            };
        }
        shape
    }

    fn literal(&mut self, literal: &str) {
        let range = literal.trim_matches('"').rsplit_once('/').and_then(|(_, bits)| bits.parse().ok());
        // Of two expressions nobody can tell which one finds more.
        if self.form.ends_with("regex ") || self.form.ends_with('@') {
            self.form.push_str(literal);
        } else if let Some(bits) = range {
            self.form.push('/');
            self.bits.push(bits);
        } else {
            self.form.push('"');
            self.texts.push(literal.trim_matches('"').to_owned());
        }
    }
}

/// Where the parenthesis closes that was opened before a text.
fn closing_parenthesis(text: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in code(text) {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return at + 1;
        }
    }
    text.len()
}

/// Where a literal ends that begins a text.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn list(text: &str) -> Vec<&str> {
    let mut from = 0;
    let mut parts = Vec::new();
    for at in outside(text, ",") {
        parts.push(&text[from..at]);
        from = at + 1;
    }
    parts.push(&text[from..]);
    parts
}

/// The parts of `(a WORD b WORD c)`; nothing if it is none.
fn split<'t>(text: &'t str, word: &str) -> Option<Vec<&'t str>> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let places = outside(inner, word);
    if places.is_empty() || !is_closed(inner) {
        return None;
    }
    let mut from = 0;
    let mut parts = Vec::with_capacity(places.len() + 1);
    for at in places {
        parts.push(&inner[from..at]);
        from = at + word.len();
    }
    parts.push(&inner[from..]);
    Some(parts)
}

/// Whether every parenthesis of a text is closed in it, and none closes one outside of it.
fn is_closed(text: &str) -> bool {
    let mut depth = 0_i32;
    for (_, c) in code(text) {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Where a word stands that is neither in parentheses nor in a text.
fn outside(text: &str, word: &str) -> Vec<usize> {
    let (mut depth, mut found) = (0_i32, Vec::new());
    for (at, c) in code(text) {
        if depth == 0 && text[at..].starts_with(word) {
            found.push(at);
        }
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
    }
    found
}

/// The characters of a text that are not in a literal. Literals are as [`crate::kql::predicate::literal`] writes them.
fn code(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, c)| {
        let was = quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        !was && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::{implies, is_alike, timeless};

    #[test]
    fn what_is_narrower_is_proven() {
        for (newer, older) in [
            ("a =~ \"x\"", "a in~ (\"x\", \"y\")"),
            ("a in~ (\"x\")", "a in~ (\"x\", \"y, z)\")"),
            ("(a =~ \"x\" and b =~ \"y\")", "a =~ \"x\""),
            ("(a =~ \"x\" and b =~ \"y\")", "(b =~ \"y\" or c =~ \"z\")"),
            ("((p and q) or (p and r))", "p"),
            ("not(a in~ (\"x\", \"y\"))", "not(a =~ \"x\")"),
            ("a == \"x\"", "a =~ \"x\""),
        ] {
            assert!(implies(newer, older), "{newer} / {older}");
            assert!(!implies(older, newer), "{older} / {newer}");
        }
    }

    #[test]
    fn what_is_not_proven_is_wider() {
        for (newer, older) in [
            ("a startswith \"x\"", "a =~ \"x\""),
            ("a =~ \"x\"", "b =~ \"x\""),
            ("a =~ \"(x and y)\"", "a =~ \"x\""),
            ("(p or q)", "p"),
            ("p", "(p and q)"),
            ("a =~ \"x\"", "a == \"x\""),
        ] {
            assert!(!implies(newer, older), "{newer} / {older}");
        }
    }

    #[test]
    fn other_values_in_the_same_way_are_no_more() {
        for (newer, older) in [
            ("(a =~ \"x\" and b in~ (\"p\", \"q\"))", "(a =~ \"y\\\"\" and b in~ (\"r)\", \"s\"))"),
            ("b in~ (\"p\", \"q\", \"r\")", "b =~ \"p\""),
            ("b in~ ((_GetWatchlist(\"l-1\") | project tostring(SearchKey)))", "b in~ (\"p\", \"q\")"),
            ("ipv4_is_in_range(a, \"10.1.0.0/16\")", "ipv4_is_in_range(a, \"10.2.0.0/16\")"),
            ("ipv4_is_in_range(a, \"10.1.0.0/24\")", "ipv4_is_in_range(a, \"10.1.0.0/16\")"),
            ("a startswith \"svc-b\"", "a startswith \"svc-a\""),
        ] {
            assert!(is_alike(newer, older), "{newer} / {older}");
        }
        for (newer, older) in [
            ("ipv4_is_in_range(a, \"10.0.0.0/8\")", "ipv4_is_in_range(a, \"10.1.0.0/16\")"),
            ("a startswith \"SVC\"", "a startswith \"svc-a\""),
            ("a startswith \"x\"", "a =~ \"x\""),
            ("a =~ \"x\"", "a == \"x\""),
            ("a in~ (\"x\")", "(a in~ (\"x\") and b =~ \"y\")"),
            ("a matches regex \".*\"", "a matches regex \"x.*\""),
        ] {
            assert!(!is_alike(newer, older), "{newer} / {older}");
        }
    }

    #[test]
    fn times_are_no_part_of_a_condition() {
        let with = "(now() >= datetime(2026-01-01T00:00:00Z) and now() < datetime(2027-01-01T00:00:00Z) and (p and q))";
        assert_eq!(timeless(with), "(p and q)");
        assert_eq!(timeless("(p and q)"), "(p and q)");
        assert_eq!(timeless("p"), "p");
    }
}
