//! Regular expressions.

use std::sync::OnceLock;

use regex::Regex;

/// How large a compiled expression may be, in bytes.
const SIZE: usize = 1 << 20;

/// A regular expression that both Kusto and we can read.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    case_sensitive: bool,
    /// Compiled when it is first asked; none if it is no expression.
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Why it is none, in one line. Look-around and back-references do not exist in Kusto either.
    pub fn new(text: &str, case_sensitive: bool) -> Result<Self, String> {
        let pattern = Self::proven(text, case_sensitive);
        let compiled = pattern.compile().map_err(|why| match why {
            regex::Error::Syntax(text) => {
                text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string(),
        })?;
        Ok(Self { compiled: OnceLock::from(Some(compiled)), ..pattern })
    }

    /// An expression that [`Pattern::new`] has taken before: to compile it anew for each rule would take most of the
    /// time of a compilation. One that it has not taken matches nothing here.
    pub fn proven(text: &str, case_sensitive: bool) -> Self {
        Self { text: text.to_owned(), case_sensitive, compiled: OnceLock::new() }
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        regex::RegexBuilder::new(&self.source()).size_limit(SIZE).build()
    }

    /// Whether it is found anywhere in a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.get_or_init(|| self.compile().ok()).as_ref().is_some_and(|compiled| compiled.is_match(text))
    }

    /// The expression as the service reads it.
    pub fn source(&self) -> String {
        if self.case_sensitive { self.text.clone() } else { format!("(?i){}", self.text) }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.case_sensitive) == (&other.text, other.case_sensitive)
    }
}
