//! Files under edit: drafts in memory, then all of them on disk, or none.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::atomic;
use super::super::fix::{self, Edited};
use super::super::load::Loaded;
use crate::diagnostic::{FileId, Span};
use crate::rule::yaml;

/// What is written.
#[derive(Debug, Clone)]
pub enum Write {
    /// In place of the text that was read.
    Edit(Edited),
    /// A file that is not there yet, with its text.
    New(String),
}

/// One file of a project that changes.
#[derive(Debug, Clone)]
pub struct File {
    /// Relative to the project, with `/`.
    pub path: String,
    pub write: Write,
}

/// The texts of files that are being edited.
pub(in crate::ops) struct Drafts<'a> {
    loaded: &'a Loaded,
    texts: BTreeMap<FileId, (String, usize)>,
}

impl<'a> Drafts<'a> {
    pub(in crate::ops) fn of(loaded: &'a Loaded) -> Self {
        Self { loaded, texts: BTreeMap::new() }
    }

    /// The draft of the file that a document stands in, and the document's number in it.
    pub(in crate::ops) fn document(&mut self, span: Span) -> Option<(&str, usize)> {
        let read = self.loaded.sources.text(span.file);
        let documents = yaml::parse(span.file, &read).ok()?;
        let number = documents.iter().position(|document| document.span.start == span.start)?;
        let (text, _) = self.texts.entry(span.file).or_insert_with(|| (read.to_string(), 0));
        Some((text, number))
    }

    pub(in crate::ops) fn replace(&mut self, file: FileId, text: String) {
        let count = self.texts.get(&file).map_or(0, |(_, count)| *count);
        self.texts.insert(file, (text, count + 1));
    }

    /// The files whose text is another now, in the order of their paths.
    pub(in crate::ops) fn changed(self) -> Vec<File> {
        let mut files = Vec::new();
        for (file, (after, count)) in self.texts {
            let before = self.loaded.sources.text(file);
            if *before != *after {
                let path = self.loaded.sources.path(file).to_owned();
                let edited = Edited { path: path.clone(), before, after, count };
                files.push(File { path, write: Write::Edit(edited) });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// Writes every file, or none: what was written is taken back if one can't be.
///
/// # Errors
/// The first file that can't be written, with the reason; and files that could not be taken back.
pub fn write(root: &Path, files: &[File]) -> Result<(), String> {
    for (n, file) in files.iter().enumerate() {
        let written = match &file.write {
            Write::Edit(edited) => fix::write(root, edited),
            Write::New(text) => create(root, &file.path, text),
        };
        if let Err(mut why) = written {
            if let Err(stuck) = restore(root, &files[..n]) {
                why = format!("{why}; and {stuck}");
            }
            return Err(why);
        }
    }
    Ok(())
}

/// Takes back what was written.
///
/// # Errors
/// The files that stay as they were written.
pub fn restore(root: &Path, files: &[File]) -> Result<(), String> {
    let mut stuck = Vec::new();
    for file in files {
        let restored = match &file.write {
            Write::Edit(edited) => fix::restore(root, edited),
            Write::New(_) => std::fs::remove_file(root.join(&file.path)).map_err(|why| format!("{}: {why}", file.path)),
        };
        stuck.extend(restored.err());
    }
    if stuck.is_empty() { Ok(()) } else { Err(format!("not taken back: {}", stuck.join("; "))) }
}

fn create(root: &Path, path: &str, text: &str) -> Result<(), String> {
    let say = |why: &dyn std::fmt::Display| format!("{path}: {why}");
    let place = root.join(path);
    let folder = place.parent().ok_or_else(|| say(&"it has no folder"))?;
    std::fs::create_dir_all(folder).map_err(|why| say(&why))?;
    let inside = folder.canonicalize().and_then(|folder| Ok(folder.starts_with(root.canonicalize()?)));
    if !inside.map_err(|why| say(&why))? {
        return Err(say(&"it leads out of the project"));
    }
    if place.symlink_metadata().is_ok() {
        return Err(say(&"it is there already"));
    }
    atomic::write(&place, text.as_bytes()).map_err(|why| say(&why))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_files_or_none() {
        let root = tempfile::tempdir().unwrap();
        let edit = |path: &str, before: &str| File {
            path: path.to_owned(),
            write: Write::Edit(Edited {
                path: path.to_owned(),
                before: before.into(),
                after: "new".to_owned(),
                count: 1,
            }),
        };
        let read = |path: &str| std::fs::read_to_string(root.path().join(path)).ok();
        std::fs::write(root.path().join("a.yaml"), "old").unwrap();
        std::fs::write(root.path().join("b.yaml"), "edited meanwhile").unwrap();
        let new = File { path: "rules/c.yaml".to_owned(), write: Write::New("c".to_owned()) };
        let files = [edit("a.yaml", "old"), new.clone(), edit("b.yaml", "old")];
        let why = write(root.path(), &files).unwrap_err();
        assert!(why.contains("b.yaml: it was changed since it was read"), "{why}");
        assert_eq!((read("a.yaml").as_deref(), read("rules/c.yaml")), (Some("old"), None));
        write(root.path(), &files[..2]).unwrap();
        assert_eq!((read("a.yaml").as_deref(), read("rules/c.yaml").as_deref()), (Some("new"), Some("c")));
        let there = write(root.path(), &[new]).unwrap_err();
        assert!(there.contains("it is there already"), "{there}");
    }
}
