//! Which rules: by id, name, path, tactic, severity or tag.

use globset::{GlobBuilder, GlobMatcher};

use super::pattern::Pattern;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::rule::Rule;
use crate::rule::fields::{Fields, quoted};
use crate::rule::read::one_or_more;
use crate::rule::words::same_word;
use crate::rule::yaml::{Node, Value};

/// A condition on a rule.
#[derive(Debug, Clone)]
pub struct Selector {
    test: Test,
    pub span: Span,
}

#[derive(Debug, Clone)]
enum Test {
    /// An id, a name pattern or a path glob: whichever fits.
    Word { text: String, name: Pattern, path: Option<GlobMatcher> },
    /// Every list that is given must have one entry that fits.
    Fields { ids: List, names: List, paths: Vec<GlobMatcher>, tactics: List, severities: List, tags: List },
}

type List = Vec<String>;

impl Selector {
    /// Reads one entry of a selector list.
    pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let span = node.span;
        if let Value::Scalar { text, .. } = &node.value {
            if text.trim().is_empty() {
                problems.push(
                    Diagnostic::new(Code::InvalidPattern, span, "an empty selector")
                        .help("give an id, a name with * and ?, or a path; \"**\" is every rule"),
                );
                return None;
            }
            let path = glob(text).ok();
            return Some(Self {
                test: Test::Word { text: text.clone().into_owned(), name: Pattern::new(text), path },
                span,
            });
        }
        let mut fields = Fields::of(node, "a selector", problems)?;
        let [ids, names, paths, tactics, severities, tags] =
            ["id", "name", "path", "tactics", "severity", "tags"].map(|key| {
                let Some(entry) = fields.take(key) else { return Vec::new() };
                one_or_more(entry.value, key, fields.problems)
            });
        let empty = [&ids, &names, &paths, &tactics, &severities, &tags].iter().all(|list| list.is_empty());
        if empty {
            fields.missing("name", "a selector names at least one of id, name, path, tactics, severity, tags");
        }
        fields.finish_strict();
        let paths = paths.into_iter().filter_map(|path| path_glob(&path, problems)).collect();
        let words = |list: Vec<Spanned<String>>| list.into_iter().map(|word| word.value).collect();
        let test = Test::Fields {
            ids: words(ids),
            names: words(names),
            paths,
            tactics: words(tactics),
            severities: words(severities),
            tags: words(tags),
        };
        (!empty).then_some(Self { test, span })
    }

    /// Whether a rule fits. `path` is its file, relative to the project.
    pub fn matches(&self, rule: &Rule, path: &str) -> bool {
        match &self.test {
            Test::Word { text, name, path: glob } => {
                rule.id.value.eq_ignore_ascii_case(text)
                    || name.matches(rule.display_name())
                    || glob.as_ref().is_some_and(|glob| glob.is_match(path))
            }
            Test::Fields { ids, names, paths, tactics, severities, tags } => {
                let severity = rule.details.severity.as_ref().map_or("", |s| s.value.word());
                let own = rule.details.tactics.as_deref().unwrap_or_default();
                let any = |list: &[String], fits: &dyn Fn(&str) -> bool| {
                    list.is_empty() || list.iter().any(|word| fits(word))
                };
                any(ids, &|id| rule.id.value.eq_ignore_ascii_case(id))
                    && any(names, &|name| Pattern::new(name).matches(rule.display_name()))
                    && (paths.is_empty() || paths.iter().any(|glob| glob.is_match(path)))
                    && any(tactics, &|tactic| own.iter().any(|t| same_word(&t.value, tactic)))
                    && any(severities, &|word| severity.eq_ignore_ascii_case(word))
                    && any(tags, &|tag| rule.tags.iter().any(|own| own.eq_ignore_ascii_case(tag)))
            }
        }
    }
}

/// Reads a list of selectors.
pub fn read_list(nodes: Vec<Node<'_>>, problems: &mut Vec<Diagnostic>) -> Vec<Selector> {
    nodes.into_iter().filter_map(|node| Selector::read(node, problems)).collect()
}

/// A path glob, or a problem at its place. `*` stays within one folder, `**` does not.
pub fn path_glob(pattern: &Spanned<String>, problems: &mut Vec<Diagnostic>) -> Option<GlobMatcher> {
    match glob(&pattern.value) {
        Ok(glob) => Some(glob),
        Err(why) => {
            let message = format!("{} is no path pattern: {why}", quoted(&pattern.value));
            problems.push(
                Diagnostic::new(Code::InvalidPattern, pattern.span, message)
                    .help("`*` stays within one folder, `**` does not; write [*] for the character itself"),
            );
            None
        }
    }
}

fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
}
