//! The paths that a file names, groups of `use` written out and `super` resolved.

use crate::source::{Source, Token};

/// A path, such as `crate::arm::transport::Request` or `std::fs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Without `crate`: `arm::transport::Request`. A glob ends in `*`.
    pub(crate) parts: Vec<String>,
    /// Whether it begins in this crate.
    pub(crate) own: bool,
    pub(crate) line: usize,
}

impl Named {
    pub(crate) fn text(&self) -> String {
        self.parts.join("::")
    }

    /// Whether the path is `prefix` or goes on from it. A glob names all that it could.
    pub(crate) fn is_within(&self, prefix: &str) -> bool {
        self.parts.iter().map(String::as_str).take(prefix.split("::").count()).eq(prefix.split("::"))
    }
}

/// Every path of two or more parts, and every one that begins with `crate`, `super` or this crate's own name.
pub(crate) fn named(file: &Source) -> Vec<Named> {
    let (mut found, mut at) = (Vec::new(), 0);
    let tokens = &file.tokens;
    while at < tokens.len() {
        let goes_on = tokens.get(at + 1).is_some_and(|next| next.text == "::");
        at = if is_name(&tokens[at]) && goes_on && begins(&tokens[..at]) {
            tree(tokens, at, Vec::new(), &mut found)
        } else {
            at + 1
        };
    }
    found.into_iter().map(|(parts, line)| resolve(file, parts, line)).collect()
}

fn is_name(token: &Token) -> bool {
    const WORDS: [&str; 9] = ["use", "return", "in", "as", "mut", "dyn", "impl", "else", "match"];
    token.text.starts_with(|c: char| c.is_alphabetic() || c == '_') && !WORDS.contains(&&*token.text)
}

/// Whether a name after these tokens is a path's first: it follows no `::`, or one that follows nothing itself.
fn begins(before: &[Token]) -> bool {
    match before {
        [.., owner, separator] if separator.text == "::" => owner.text != ">" && !is_name(owner),
        _ => true,
    }
}

/// Follows a path from `at`, and each branch of its groups. Returns the position after it.
fn tree(tokens: &[Token], mut at: usize, mut parts: Vec<String>, found: &mut Vec<(Vec<String>, usize)>) -> usize {
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                let branch = if tokens[at].text == "," { at } else { tree(tokens, at, parts.clone(), found) };
                at = branch.max(at + 1);
            }
            return at + 1;
        }
        if token.text != "*" && !is_name(token) {
            break;
        }
        parts.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    // `as name`, up to the comma or the end of the group.
    if tokens.get(at).is_some_and(|token| token.text == "as") {
        at += 2;
    }
    if !parts.is_empty() {
        found.push((parts, line));
    }
    at
}

fn resolve(file: &Source, mut parts: Vec<String>, line: usize) -> Named {
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "self") {
        parts.pop();
    }
    let mut module = file.module();
    let mut rest = parts.as_slice();
    let mut own = false;
    loop {
        match rest {
            [first, more @ ..] if first == "crate" || first == "palisade" => {
                (own, rest) = (true, more);
                module.clear();
            }
            [first, more @ ..] if first == "self" && !own => (own, rest) = (true, more),
            [first, more @ ..] if first == "super" => {
                (own, rest) = (true, more);
                module.pop();
            }
            _ => break,
        }
    }
    let parts = if own { module.into_iter().chain(rest.iter().cloned()).collect() } else { rest.to_vec() };
    Named { parts, own, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(path: &str, text: &str) -> Vec<String> {
        named(&Source::new(path, text)).iter().map(Named::text).collect()
    }

    #[test]
    fn groups_are_written_out() {
        let found = all("a/b.rs", "use crate::{rule::{Rule, read as r}, plan};");
        assert_eq!(found, ["rule::Rule", "rule::read", "plan"]);
        assert_eq!(all("a.rs", "use ::std::{fs, io::{self, Read}};"), ["std::fs", "std::io", "std::io::Read"]);
    }

    #[test]
    fn super_is_resolved() {
        assert_eq!(all("a/b/c.rs", "use super::super::x::Y; super::z()"), ["a::x::Y", "a::b::z"]);
        assert_eq!(all("a.rs", "use super::rule::Rule; self::own::f()"), ["rule::Rule", "a::own::f"]);
        assert_eq!(all("a.rs", "use super::*;"), ["*"]);
    }

    #[test]
    fn every_place_counts() {
        let text = "fn f(x: &crate::rule::Rule) -> Vec<crate::plan::Plan> { $crate::kql::g::<crate::arm::A>() }";
        assert_eq!(all("a.rs", text), ["rule::Rule", "plan::Plan", "kql::g", "arm::A"]);
    }
}
