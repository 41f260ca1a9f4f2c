//! A mapping read key by key: what is asked for is taken out, what is left over is reported.

use std::borrow::Cow;

use super::yaml::{Entry, Node, Value, as_bool};
use crate::diagnostic::{Code, Diagnostic, Fix, Level, Span, Spanned, nearest};

/// How many unknown keys of one mapping are told one by one.
const TOLD: usize = 20;

/// A mapping from any key to text, in the order written.
pub type TextMap = Spanned<Vec<(String, Spanned<String>)>>;

const A_MAPPING: &str = "write `key: value` on lines of their own, indented below it, without `- `";

/// The keys of one mapping that have not been read yet.
pub struct Fields<'t, 'd> {
    entries: Vec<Option<Entry<'t>>>,
    asked: Vec<&'static str>,
    /// What the mapping is, for messages.
    pub what: &'static str,
    /// The place of the mapping.
    pub span: Span,
    /// Where problems go.
    pub problems: &'d mut Vec<Diagnostic>,
}

impl<'t, 'd> Fields<'t, 'd> {
    /// The keys of `node`, or a problem if it is no mapping. `what` names the mapping in messages.
    pub fn of(node: Node<'t>, what: &'static str, problems: &'d mut Vec<Diagnostic>) -> Option<Self> {
        let (span, found) = (node.span, node.type_name());
        match node.value {
            Value::Mapping(entries) => {
                Some(Self { entries: entries.into_iter().map(Some).collect(), asked: Vec::new(), what, span, problems })
            }
            _ => {
                problems.push(
                    Diagnostic::new(Code::WrongType, span, format!("{what} must be a mapping, this is {found}"))
                        .help(A_MAPPING),
                );
                None
            }
        }
    }

    /// Takes a key's entry out; a null counts as absent.
    pub fn take(&mut self, key: &'static str) -> Option<Entry<'t>> {
        self.asked.push(key);
        let at =
            |fits: &dyn Fn(&str) -> bool| self.entries.iter().position(|e| e.as_ref().is_some_and(|e| fits(&e.key)));
        let found = at(&|own| own == key).or_else(|| at(&|own| own.eq_ignore_ascii_case(key)))?;
        let entry = self.entries[found].take()?;
        if entry.key != key {
            self.problems.push(foreign_key(&entry, key));
        }
        (!entry.value.is_null()).then_some(entry)
    }

    /// Whether a key is still there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().flatten().any(|entry| entry.key == key)
    }

    /// The place of a key that is still there.
    pub fn peek(&self, key: &str) -> Option<Span> {
        self.entries.iter().flatten().find(|entry| entry.key == key).map(|entry| entry.key_span)
    }

    /// Lets a key stand without reading it: it is known, kept in the file and never sent.
    pub fn keep(&mut self, keys: &[&'static str]) {
        for key in keys {
            self.take(key);
        }
    }

    /// Reads a key in another tool's spelling as our own, and says so.
    pub fn alias(&mut self, foreign: &'static str, own: &'static str) {
        if self.has(own) {
            return;
        }
        if let Some(entry) = self.entries.iter_mut().flatten().find(|entry| entry.key == foreign) {
            let problem = foreign_key(entry, own);
            self.problems.push(problem);
            entry.key = Cow::Borrowed(own);
        }
    }

    /// Text. Numbers and booleans in a plain scalar are taken as they are written.
    pub fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let entry = self.take(key)?;
        let found = text(entry.value, key, self.problems)?;
        Some(found)
    }

    /// Text that must parse into something else; `expected` says what in the error.
    pub fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Option<Spanned<T>> {
        let found = self.text(key)?;
        match parse(&found.value) {
            Some(value) => Some(Spanned { value, span: found.span }),
            None => {
                self.problems.push(
                    Diagnostic::new(
                        Code::InvalidValue,
                        found.span,
                        format!("`{key}` can't be {}", quoted(&found.value)),
                    )
                    .help(format!("give {expected}")),
                );
                None
            }
        }
    }

    /// One of a few words, matched without case.
    pub fn one_of<T: Copy>(&mut self, key: &'static str, words: &[(&'static str, T)]) -> Option<Spanned<T>> {
        let found = self.text(key)?;
        if let Some((word, value)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(found.value.trim())) {
            self.problems.extend(spelling(&found, word));
            return Some(Spanned { value: *value, span: found.span });
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = match nearest(&found.value, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? It takes {}", names.join(", ")),
            None => format!("it takes {}", names.join(", ")),
        };
        self.problems.push(
            Diagnostic::new(Code::InvalidValue, found.span, format!("`{key}` can't be {}", quoted(&found.value)))
                .help(help),
        );
        None
    }

    /// `true` or `false`, and nothing that merely looks like it.
    pub fn boolean(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let Entry { value: node, .. } = self.take(key)?;
        let span = node.span;
        if let Value::Scalar { text, plain: true } = &node.value
            && let Some(value) = as_bool(text)
        {
            return Some(Spanned { value, span });
        }
        let found = node.type_name();
        self.problems.push(
            Diagnostic::new(Code::WrongType, span, format!("`{key}` must be true or false, this is {found}"))
                .help("write true or false, without quotes"),
        );
        None
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        let Entry { value: node, .. } = self.take(key)?;
        let span = node.span;
        if let Value::Scalar { text, plain: true } = &node.value
            && let Ok(value) = text.parse()
        {
            return Some(Spanned { value, span });
        }
        let found = node.type_name();
        self.problems.push(
            Diagnostic::new(Code::WrongType, span, format!("`{key}` must be a whole number, this is {found}"))
                .help("write the digits alone, without quotes"),
        );
        None
    }

    /// A list, each item as it is.
    pub fn list(&mut self, key: &'static str) -> Option<Spanned<Vec<Node<'t>>>> {
        let Entry { value: node, .. } = self.take(key)?;
        let (span, found) = (node.span, node.type_name());
        match node.value {
            Value::Sequence(items) => Some(Spanned { value: items, span }),
            _ => {
                self.problems.push(
                    Diagnostic::new(Code::WrongType, span, format!("`{key}` must be a list, this is {found}"))
                        .help("begin each item with `- `"),
                );
                None
            }
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static str) -> Option<Spanned<Vec<Spanned<String>>>> {
        let list = self.list(key)?;
        let span = list.span;
        let value = list.value.into_iter().filter_map(|item| text(item, key, self.problems)).collect();
        Some(Spanned { value, span })
    }

    /// A mapping from any key to text.
    pub fn text_map(&mut self, key: &'static str) -> Option<TextMap> {
        let Entry { value: node, .. } = self.take(key)?;
        let (span, found) = (node.span, node.type_name());
        let Value::Mapping(entries) = node.value else {
            self.problems.push(
                Diagnostic::new(Code::WrongType, span, format!("`{key}` must be a mapping, this is {found}"))
                    .help(A_MAPPING),
            );
            return None;
        };
        let value = entries
            .into_iter()
            .filter_map(|entry| Some((entry.key.into_owned(), text(entry.value, key, self.problems)?)))
            .collect();
        Some(Spanned { value, span })
    }

    /// The keys of a mapping below this one.
    pub fn mapping(&mut self, key: &'static str) -> Option<Fields<'t, '_>> {
        let entry = self.take(key)?;
        Fields::of(entry.value, key, self.problems)
    }

    /// Reports that a key is missing.
    pub fn missing(&mut self, key: &str, help: &str) {
        self.problems.push(
            Diagnostic::new(Code::MissingKey, self.span, format!("{} has no `{key}`", self.what)).help(help.to_owned()),
        );
    }

    /// Reports every key that nobody asked for, as errors: for documents that say where and how to deploy, in which
    /// a key that is passed over could be a guard.
    pub fn finish_strict(self) {
        let from = self.problems.len();
        let problems = self.finish_into();
        problems[from..].iter_mut().for_each(|problem| problem.level = Level::Error);
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        self.finish_into();
    }

    fn finish_into(self) -> &'d mut Vec<Diagnostic> {
        let mut left = self.entries.into_iter().flatten();
        for entry in left.by_ref().take(TOLD) {
            let known = self.asked.iter().copied();
            let problem = match nearest(&entry.key, known) {
                Some(near) => Diagnostic::new(
                    Code::MisspelledKey,
                    entry.key_span,
                    format!("unknown key `{}` in {}", entry.key, self.what),
                )
                .help(format!("did you mean `{near}`?")),
                None => Diagnostic::new(
                    Code::UnknownKey,
                    entry.key_span,
                    format!("unknown key `{}` in {}: it has no effect", entry.key, self.what),
                )
                .help(format!("known keys are {}", self.asked.join(", "))),
            };
            self.problems.push(problem);
        }
        if let Some(entry) = left.next() {
            let more = 1 + left.count();
            let message = format!("{more} more unknown keys in {}", self.what);
            let problem = Diagnostic::new(Code::MisspelledKey, entry.key_span, message);
            self.problems.push(problem.help("only the first ones are looked at"));
        }
        self.problems
    }
}

fn foreign_key(entry: &Entry<'_>, own: &str) -> Diagnostic {
    Diagnostic::new(Code::ForeignKey, entry.key_span, format!("`{}` is read as `{own}`", entry.key))
        .help(format!("write `{own}:`"))
        .fix(Fix::word(entry.key_span, &entry.key, own))
}

/// A word that is read as the service's own, and written otherwise.
pub fn spelling(written: &Spanned<String>, own: &str) -> Option<Diagnostic> {
    let differs = written.value.trim() != own;
    differs.then(|| {
        let message = format!("`{}` is read as `{own}`", written.value.trim().escape_debug());
        Diagnostic::new(Code::UnusualSpelling, written.span, message)
            .help(format!("write `{own}`, as the service does"))
            .fix(Fix::word(written.span, &written.value, own))
    })
}

/// A node's text, or a problem.
pub fn text(node: Node<'_>, what: &str, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let (span, found) = (node.span, node.type_name());
    match node.value {
        Value::Scalar { text, .. } => Some(Spanned { value: text.into_owned(), span }),
        _ => {
            problems.push(
                Diagnostic::new(Code::WrongType, span, format!("`{what}` must be text, this is {found}"))
                    .help("give one value; text that begins with { or [ needs quotes"),
            );
            None
        }
    }
}

/// A value for a message: short, and with nothing hidden in it.
pub fn quoted(value: &str) -> String {
    let short: String = value.chars().take(60).collect();
    let dots = if short.len() < value.len() { "…" } else { "" };
    format!("{short:?}{dots}")
}
