//! The mark that a managed resource carries: whose it is, and a digest of each field as it was last applied.
//!
//! ```text
//! // palisade/1 <project> <resource name> <digests>  managed as code: edits made here are reported as drift
//! ```
//!
//! An analytics rule carries it in the first line of its query, so that mark and rule are one write. Where that would
//! pass the service's limit, and for resources without a query, it is the `customVersion` of a metadata resource.

pub mod comments;
pub mod digests;
pub mod query;

use std::fmt;

pub use digests::Digests;

use crate::resource::ResourceType;

/// The version that is written. It selects the order of fields and the normalisation of each.
pub const VERSION: u32 = 1;
/// What people are told who find a mark.
pub const PHRASE: &str = "managed as code: edits made here are reported as drift";
const WORD: &str = "palisade/";

/// A mark, read or about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub version: u32,
    /// The project that it belongs to, `[a-z0-9-]{1,32}`.
    pub project: String,
    /// The name of the resource that it was written for.
    pub name: String,
    pub digests: Digests,
}

/// Why a mark proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A later version of Palisade wrote it.
    #[error("it has version {0}, which a later version of Palisade writes")]
    Newer(u32),
    #[error("it lacks its {0}")]
    Short(&'static str),
    #[error("its {0} can't be read")]
    Unreadable(&'static str),
}

impl Mark {
    /// Reads `palisade/1 <project> <name> <digests>` and gives what follows it.
    ///
    /// # Errors
    /// See [`Damage`].
    pub fn read(resource_type: ResourceType, text: &str) -> Result<(Self, &str), Damage> {
        let mut rest = text;
        let mut next = |what| {
            let trimmed = rest.trim_start();
            let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
            let (word, after) = trimmed.split_at(end);
            rest = after;
            if word.is_empty() { Err(Damage::Short(what)) } else { Ok(word) }
        };
        let version = next("version")?.strip_prefix(WORD).and_then(|number| number.parse::<u32>().ok());
        let version = version.ok_or(Damage::Unreadable("version"))?;
        if version > VERSION {
            return Err(Damage::Newer(version));
        }
        let project = next("project")?;
        let name = next("name")?;
        let digests = next("digests")?;
        let mark = Self {
            version,
            project: Some(project).filter(|one| is_project(one)).ok_or(Damage::Unreadable("project"))?.to_owned(),
            name: decoded(name).ok_or(Damage::Unreadable("name"))?,
            digests: Digests::read(version, resource_type, digests).ok_or(Damage::Unreadable("digests"))?,
        };
        Ok((mark, rest))
    }

    /// As a comment of a query, without a line break.
    pub fn comment(&self) -> String {
        format!("// {self}  {PHRASE}")
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{WORD}{} {} {} {}", self.version, self.project, encoded(&self.name), self.digests)
    }
}

fn is_project(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A name in one word of ASCII: nothing in it can end a comment.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~()".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let code = after.get(..2).filter(|code| code.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn mark(name: &str) -> Mark {
        let properties = json!({"displayName": "A", "enabled": true}).as_object().cloned().unwrap();
        let digests = Digests::of(ResourceType::AlertRules, &properties);
        Mark { version: VERSION, project: "soc".into(), name: name.into(), digests }
    }

    #[test]
    fn what_is_wrong_with_one_is_told() {
        let whole = mark("r 1").to_string();
        let read =
            |text: &str| Mark::read(ResourceType::AlertRules, text).map(|(mark, rest)| (mark.name, rest.to_owned()));
        assert_eq!(read(&format!("{whole} more")), Ok(("r 1".to_owned(), " more".to_owned())));
        for (text, damage) in [
            (whole.replace("/1", "/2"), Damage::Newer(2)),
            (whole.replace("/1", "/x"), Damage::Unreadable("version")),
            (whole.replace("soc", "SOC"), Damage::Unreadable("project")),
            (whole.replace("%20", "%2x"), Damage::Unreadable("name")),
            (whole[..whole.len() - 1].to_owned(), Damage::Unreadable("digests")),
            (format!("{whole}AAAAAA"), Damage::Unreadable("digests")),
            (format!("{}=", &whole[..whole.len() - 1]), Damage::Unreadable("digests")),
            ("palisade/1 soc r".to_owned(), Damage::Short("digests")),
        ] {
            assert_eq!(read(&text), Err(damage), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_name_comes_back(name in "\\PC{1,40}") {
            let one = mark(&name);
            let comment = one.comment();
            prop_assert!(comment.is_ascii());
            prop_assert_eq!(Mark::read(ResourceType::AlertRules, &comment[3..]).unwrap().0, one);
        }
    }
}
