//! Whose a live resource is, and what apply may do to one that is not quite ours.

use super::mark::{Damage, Mark};

/// What becomes of edits made out of band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDrift {
    /// They stay; what the files change beside them is written.
    Keep,
    /// They are undone.
    Overwrite,
    /// A rule that has one is left untouched, and the run fails.
    Fail,
}

impl OnDrift {
    /// What a user may write, and what it means.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("keep", Self::Keep), ("overwrite", Self::Overwrite), ("fail", Self::Fail)];

    /// The policy of that name.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, one)| *one)
    }
}

/// Which live rules without our mark may be taken over although they differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Adopt {
    #[default]
    Nothing,
    All,
    /// By id, resource name or display name, in lower case.
    Named(Vec<String>),
}

impl Adopt {
    fn takes(&self, names: [&str; 3]) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Named(told) => names.iter().any(|name| told.contains(&name.to_lowercase())),
        }
    }
}

/// Something that is refused unless it is allowed by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// Create a rule although a live one looks like it.
    Twin,
    /// Write to a resource that somebody else writes to as well.
    SecondWriter,
}

/// Who plans, and what the user and the project's policy allow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ownership {
    /// The workspace's ARM id.
    pub workspace_id: String,
    /// The project's name, as marks carry it.
    pub project: String,
    /// Names that it had before.
    pub formerly: Vec<String>,
    /// Nothing said: drift alone is kept unless it weakens, and beside a pending change it is a conflict.
    pub on_drift: Option<OnDrift>,
    pub adopt: Adopt,
    pub allow: Vec<Allowance>,
}

impl Ownership {
    /// Whether a mark of that project is ours.
    pub fn owns(&self, project: &str) -> bool {
        self.project == project || self.formerly.iter().any(|name| name == project)
    }

    /// Whether something is allowed.
    pub fn allows(&self, what: Allowance) -> bool {
        self.allow.contains(&what)
    }

    /// Whether a live resource may be taken over although it differs.
    pub fn adopts(&self, id: &str, resource_name: &str, display_name: &str) -> bool {
        self.adopt.takes([id, resource_name, display_name])
    }

    /// What the marks of a live resource prove.
    pub fn standing(&self, name: &str, marks: &[Result<Mark, Damage>]) -> Standing {
        let mut own: Vec<&Mark> = marks.iter().flatten().filter(|mark| mark.name.eq_ignore_ascii_case(name)).collect();
        own.dedup();
        match (own.as_slice(), marks) {
            ([one], _) if self.owns(&one.project) => Standing::Ours((*one).clone()),
            ([one], _) => Standing::Foreign(one.project.clone()),
            ([_, _, ..], _) => Standing::Damaged("it has two marks that say different things".to_owned()),
            ([], []) => Standing::Unmarked,
            ([], marks) => match marks.iter().find_map(|mark| mark.as_ref().err()) {
                Some(Damage::Newer(version)) => Standing::Newer(*version),
                Some(damage) => Standing::Damaged(format!("its mark is damaged: {damage}")),
                None => {
                    let of = marks.iter().flatten().next().map(|mark| mark.name.clone());
                    Standing::Copied(of.unwrap_or_default())
                }
            },
        }
    }
}

/// What the marks of a live resource prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is ours, and this was last applied.
    Ours(Mark),
    /// It was never ours, or the mark went with an edit.
    Unmarked,
    /// It has a mark that can't be read, and why.
    Damaged(String),
    /// Its mark is that of another resource, which it was copied from.
    Copied(String),
    /// It belongs to another project.
    Foreign(String),
    /// A later version of Palisade wrote its mark.
    Newer(u32),
}

impl Standing {
    /// What was last applied.
    pub fn base(&self) -> Option<&Mark> {
        match self {
            Self::Ours(mark) => Some(mark),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::mark::{Digests, VERSION};
    use crate::resource::{Properties, ResourceType};

    fn mark(project: &str, name: &str) -> Mark {
        let digests = Digests::of(ResourceType::AlertRules, &Properties::new());
        Mark { version: VERSION, project: project.to_owned(), name: name.to_owned(), digests }
    }

    #[test]
    fn each_kind_of_mark_is_told_apart() {
        let soc = Ownership { project: "soc".into(), formerly: vec!["old".into()], ..Ownership::default() };
        let standing = |marks: &[Result<Mark, Damage>]| soc.standing("Rule", marks);
        let (own, former) = (mark("soc", "rule"), mark("old", "Rule"));
        assert_eq!(standing(&[]), Standing::Unmarked);
        assert_eq!(standing(&[Ok(own.clone())]), Standing::Ours(own.clone()));
        assert_eq!(standing(&[Ok(own.clone()), Ok(own.clone())]), Standing::Ours(own.clone()));
        assert_eq!(standing(&[Ok(mark("soc", "other")), Ok(own.clone())]), Standing::Ours(own.clone()));
        assert_eq!(standing(&[Ok(former.clone())]), Standing::Ours(former.clone()));
        assert_eq!(standing(&[Ok(mark("else", "rule"))]), Standing::Foreign("else".into()));
        assert_eq!(standing(&[Ok(mark("soc", "other"))]), Standing::Copied("other".into()));
        assert_eq!(standing(&[Err(Damage::Newer(2))]), Standing::Newer(2));
        assert!(matches!(standing(&[Err(Damage::Short("digests"))]), Standing::Damaged(_)));
        assert!(matches!(standing(&[Ok(own), Ok(former)]), Standing::Damaged(_)));
    }
}
