//! Regular expressions.

use regex::Regex;

/// How large a compiled expression may be, in bytes.
const SIZE: usize = 1 << 20;

/// A regular expression that both Kusto and we can read.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    case_sensitive: bool,
    compiled: Regex,
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Why it is none, in one line. Look-around and back-references do not exist in Kusto either.
    pub fn new(text: &str, case_sensitive: bool) -> Result<Self, String> {
        let source = if case_sensitive { text.to_owned() } else { format!("(?i){text}") };
        let compiled = regex::RegexBuilder::new(&source).size_limit(SIZE).build().map_err(|why| match why {
            regex::Error::Syntax(text) => {
                text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string(),
        })?;
        Ok(Self { text: text.to_owned(), case_sensitive, compiled })
    }

    /// Whether it is found anywhere in a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text)
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
