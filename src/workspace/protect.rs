//! `protect:` of palisade.yaml: rules that no plan may delete or disable.
//!
//! The lock stands outside of the rule's own file: whoever removes that file does not remove its lock. So an entry
//! looks at what a live rule shows too, which has neither a path nor tags.

use super::pattern::Pattern;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::rule::fields::{Fields, quoted};
use crate::rule::parts::Severity;
use crate::rule::read::one_or_more;
use crate::rule::words::same_word;
use crate::rule::yaml::{Node, Value};

/// One entry of `protect:`.
#[derive(Debug, Clone)]
pub struct Protect {
    test: Test,
    pub span: Span,
}

#[derive(Debug, Clone)]
enum Test {
    /// An id, or a name with `*` and `?`.
    Word(String),
    /// Every list that is given must have one entry that fits.
    Fields { ids: Vec<String>, names: Vec<String>, tactics: Vec<String>, severities: Vec<String> },
}

/// What is known of a rule, live or desired.
#[derive(Debug, Clone, Default)]
pub struct Seen<'a> {
    /// The document's id and the resource's name.
    pub ids: Vec<&'a str>,
    pub names: Vec<&'a str>,
    pub tactics: Vec<&'a str>,
    pub severities: Vec<&'a str>,
}

impl Protect {
    /// Reads one entry.
    pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let span = node.span;
        if let Value::Scalar { text, .. } = &node.value {
            if text.trim().is_empty() {
                let problem = Diagnostic::new(Code::InvalidPattern, span, "an empty entry protects nothing");
                problems.push(problem.help("give a rule's id, or its name with * and ?"));
                return None;
            }
            return Some(Self { test: Test::Word(text.trim().to_owned()), span });
        }
        let mut fields = Fields::of(node, "an entry of `protect`", problems)?;
        let [ids, names, tactics, severities] = ["id", "name", "tactics", "severity"].map(|key| {
            let Some(entry) = fields.take(key) else { return Vec::new() };
            one_or_more(entry.value, key, fields.problems)
        });
        for severity in &severities {
            if !Severity::WORDS.iter().any(|(word, _)| word.eq_ignore_ascii_case(severity.value.trim())) {
                let message = format!("no severity is {}", quoted(&severity.value));
                let problem = Diagnostic::new(Code::InvalidValue, severity.span, message);
                fields.problems.push(problem.help("it takes Informational, Low, Medium, High"));
            }
        }
        let empty = [&ids, &names, &tactics, &severities].iter().all(|list| list.is_empty());
        if empty {
            fields.missing("name", "an entry names at least one of id, name, tactics, severity");
        }
        fields.finish_strict();
        let words = |list: Vec<Spanned<String>>| list.into_iter().map(|word| word.value.trim().to_owned()).collect();
        let [ids, names, tactics, severities] = [ids, names, tactics, severities].map(words);
        (!empty).then_some(Self { test: Test::Fields { ids, names, tactics, severities }, span })
    }

    /// Whether a rule is meant.
    pub fn matches(&self, seen: &Seen<'_>) -> bool {
        let id = |word: &str| seen.ids.iter().any(|id| id.eq_ignore_ascii_case(word));
        let name = |word: &str| {
            let pattern = Pattern::new(word);
            seen.names.iter().any(|name| pattern.matches(name.trim()))
        };
        match &self.test {
            Test::Word(word) => id(word) || name(word),
            Test::Fields { ids, names, tactics, severities } => {
                let any = |list: &[String], fits: &dyn Fn(&str) -> bool| {
                    list.is_empty() || list.iter().any(|word| fits(word))
                };
                any(ids, &id)
                    && any(names, &name)
                    && any(tactics, &|word| seen.tactics.iter().any(|own| same_word(own, word)))
                    && any(severities, &|word| seen.severities.iter().any(|own| own.eq_ignore_ascii_case(word)))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::rule::yaml;

    fn read(text: &str) -> (Option<Protect>, usize) {
        let mut sources = Sources::default();
        let node = yaml::parse(sources.add("palisade.yaml", text), text).unwrap().remove(0);
        let mut problems = Vec::new();
        (Protect::read(node, &mut problems), problems.len())
    }

    #[test]
    fn a_rule_is_meant_by_what_it_shows() {
        let seen = Seen {
            ids: vec!["6D4CFDF4-90b5-4a1d-8a52-3c9e3ff1a000"],
            names: vec!["Brute force against RDP"],
            tactics: vec!["CredentialAccess"],
            severities: vec!["High"],
        };
        for (text, meant) in [
            ("6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000", true),
            ("brute force*", true),
            ("Brute", false),
            ("{tactics: credential access}", true),
            ("{tactics: CredentialAccess, severity: [low, high]}", true),
            ("{tactics: CredentialAccess, severity: low}", false),
            ("{name: \"*RDP\", id: x}", false),
        ] {
            let (protect, problems) = read(text);
            assert_eq!((protect.unwrap().matches(&seen), problems), (meant, 0), "{text}");
        }
    }

    #[test]
    fn what_a_live_rule_does_not_show_is_refused() {
        for text in ["\"\"", "{}", "{path: rules/**}", "{tags: [crown]}", "{severity: Urgent}"] {
            assert!(read(text).1 > 0, "{text}");
        }
    }
}
