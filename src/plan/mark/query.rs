//! Marks in a query that anybody may have edited: found wherever a comment holds one, and taken out.

use std::ops::Range;

use super::comments::{LINE_ENDS, comments};
use super::{Damage, Mark, PHRASE, WORD};
use crate::resource::ResourceType;

/// A query without its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmarked {
    /// What runs. Whatever else a person wrote into a mark's line stays in it.
    pub query: String,
    /// Every mark, in order.
    pub marks: Vec<Result<Mark, Damage>>,
}

/// Takes the marks out of a query.
pub fn unmarked(query: &str) -> Unmarked {
    if !query.contains(WORD) {
        return Unmarked { query: query.to_owned(), marks: Vec::new() };
    }
    let (mut rest, mut marks, mut from) = (String::with_capacity(query.len()), Vec::new(), 0);
    for range in comments(query) {
        let Some(found) = in_comment(&query[range.clone()]) else { continue };
        marks.push(found.mark);
        let cut = if found.left.is_empty() { with_its_line(query, range) } else { range };
        rest.push_str(&query[from..cut.start]);
        rest.push_str(&found.left);
        from = cut.end;
    }
    rest.push_str(&query[from..]);
    Unmarked { query: rest, marks }
}

struct Found {
    mark: Result<Mark, Damage>,
    /// What stays of the comment.
    left: String,
}

fn in_comment(comment: &str) -> Option<Found> {
    let at = comment.match_indices(WORD).map(|(at, _)| at).find(|at| begins(comment, *at))?;
    let before = comment[..at].trim_end();
    let slashes = before.trim_end_matches(|c: char| c == '/' || c.is_whitespace());
    let before = if before.ends_with("//") { slashes } else { before };
    let (mark, after) = match Mark::read(ResourceType::AlertRules, &comment[at..]) {
        Ok((mark, after)) => (Ok(mark), after.replacen(PHRASE, "", 1)),
        Err(damage) => (Err(damage), String::new()),
    };
    let left = match (before, after.trim()) {
        (before, "") => before.to_owned(),
        ("", after) => format!("// {after}"),
        (before, after) => format!("{before} {after}"),
    };
    Some(Found { mark, left })
}

/// Whether a mark may begin here: at the begin of a comment or behind a blank, and with a number.
fn begins(comment: &str, at: usize) -> bool {
    let before = &comment[..at];
    let opened = before.strip_suffix("//").is_some_and(|before| {
        let before = before.trim_end_matches('/');
        before.is_empty() || before.ends_with(char::is_whitespace)
    });
    let after = &comment[at + WORD.len()..];
    let word = after.split(char::is_whitespace).next().unwrap_or_default();
    (opened || before.ends_with(char::is_whitespace)) && word.starts_with(|c: char| c.is_ascii_digit())
}

/// A comment that goes: with its whole line if nothing else stands there, else with the blanks before it.
fn with_its_line(query: &str, comment: Range<usize>) -> Range<usize> {
    let line = query[..comment.start]
        .rfind(LINE_ENDS)
        .map_or(0, |at| at + query[at..].chars().next().map_or(0, char::len_utf8));
    let code = query[line..comment.start].trim_end();
    if !code.is_empty() {
        return line + code.len()..comment.end;
    }
    let rest = &query[comment.end..];
    let line_break = match rest.chars().next() {
        Some('\r') if rest.starts_with("\r\n") => 2,
        Some(c) => c.len_utf8(),
        None => 0,
    };
    line..comment.end + line_break
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::plan::mark::{Digests, VERSION};

    fn mark() -> Mark {
        let properties = json!({"displayName": "A"}).as_object().cloned().unwrap();
        let digests = Digests::of(ResourceType::AlertRules, &properties);
        Mark { version: VERSION, project: "soc".into(), name: "r".into(), digests }
    }

    #[test]
    fn it_is_found_wherever_a_comment_holds_it() {
        let comment = mark().comment();
        for (live, query) in [
            (format!("{comment}\nT\n| take 1"), "T\n| take 1"),
            (format!("{comment}\r\nT\r\n| take 1"), "T\r\n| take 1"),
            (format!("\n\n  {comment}  \nT"), "\n\nT"),
            (format!("// mine\n{comment}\nT"), "// mine\nT"),
            (format!("T\n{comment}"), "T\n"),
            (format!("T {comment}\n| take 1"), "T\n| take 1"),
            (format!("//{comment}\nT"), "T"),
            (format!("// {comment}\nT"), "T"),
            (format!("{comment}\u{2028}T"), "T"),
            (format!("{comment} and mine\nT"), "// and mine\nT"),
            (format!("// mine {comment}\nT"), "// mine\nT"),
            (format!("{}\nT", comment.replace("// ", "//")), "T"),
            (format!("{}\nT", comment.replace(PHRASE, "")), "T"),
            // Whoever joins the lines comments the query out: that is a difference, and must be seen as one.
            (format!("{comment} T | take 1"), "// T | take 1"),
        ] {
            let found = unmarked(&live);
            assert_eq!((found.query.as_str(), found.marks), (query, vec![Ok(mark())]), "{live}");
        }
    }

    #[test]
    fn a_string_holds_none_and_damage_is_told() {
        let comment = mark().comment();
        for query in [
            format!("T | where a == '{comment}'"),
            format!("let t = ```\n{comment}\n```; T"),
            "T // see https://x/palisade/1 a b".to_owned(),
            "T // palisade/next".to_owned(),
        ] {
            assert_eq!(unmarked(&query), Unmarked { query: query.clone(), marks: Vec::new() });
        }
        let found = unmarked(&format!("{}\nT", &comment[..60]));
        assert_eq!(found, Unmarked { query: "T".into(), marks: vec![Err(Damage::Unreadable("digests"))] });
        let two = unmarked(&format!("{comment}\n{}\nT", comment.replace("/1", "/7")));
        assert_eq!(two, Unmarked { query: "T".into(), marks: vec![Ok(mark()), Err(Damage::Newer(7))] });
    }

    proptest! {
        #[test]
        fn any_query_comes_out_as_it_went_in(query in "[ -~\n\r\u{2028}é]{0,80}") {
            let found = unmarked(&format!("{}\n{query}", mark().comment()));
            prop_assert_eq!(found.query, query);
            prop_assert_eq!(found.marks, vec![Ok(mark())]);
        }
    }
}
