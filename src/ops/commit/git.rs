//! The git command: three questions, all of them about objects that are there already.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{CommitError, Entry, Kind};

/// The command in a folder. It asks nobody, takes no lock, and fetches nothing that is missing.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Result<Output, CommitError> {
    git(folder).args(args).output().map_err(|why| CommitError::Git(why.to_string()))
}

/// The first line that a command prints; nothing if it fails.
pub(super) fn text(folder: &Path, args: &[&str]) -> Result<Option<String>, CommitError> {
    let output = run(folder, args)?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success());
    Ok(text.map(|text| text.trim_end_matches(['\n', '\r']).to_owned()))
}

/// The id of the object that an expression names; nothing if it names none.
pub(super) fn object(folder: &Path, expression: &str) -> Result<Option<String>, CommitError> {
    let id = text(folder, &["rev-parse", "--verify", "--quiet", expression])?;
    Ok(id.filter(|id| matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

/// Everything that a tree holds, in all of its folders.
pub(super) fn tree(folder: &Path, tree: &str) -> Result<Vec<Entry>, CommitError> {
    let output = run(folder, &["ls-tree", "-r", "-z", "-l", "--full-tree", tree])?;
    if !output.status.success() {
        return Err(CommitError::Git(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let lines = output.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let line = String::from_utf8_lossy(line);
            entry(&line).ok_or_else(|| CommitError::Git(format!("it lists {:?}", line.escape_debug().to_string())))
        })
        .collect()
}

/// `100644 blob ID SIZE<TAB>PATH`
fn entry(line: &str) -> Option<Entry> {
    let (facts, path) = line.split_once('\t')?;
    let facts: Vec<&str> = facts.split_whitespace().collect();
    let [mode, _, object, size] = facts.as_slice() else { return None };
    let kind = match *mode {
        "120000" => Kind::Link,
        "160000" => Kind::Submodule,
        _ => Kind::File,
    };
    Some(Entry { path: path.to_owned(), kind, object: (*object).to_owned(), size: size.parse().unwrap_or(0) })
}

/// The content of some objects. What git does not have is left out.
pub(super) fn blobs(folder: &Path, objects: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, CommitError> {
    let wanted: BTreeSet<&str> = objects.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let failed = |why: std::io::Error| CommitError::Git(why.to_string());
    let mut child = git(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Err(CommitError::Git("no pipe".to_owned())) };
    let lines: String = wanted.iter().map(|object| format!("{object}\n")).collect();
    // It answers while it is asked: with one thread both would wait for the other.
    let asking = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let read = answers(BufReader::new(stdout), wanted.len());
    let asked = asking.join();
    let ended = child.wait().map_err(failed)?;
    let blobs = read.map_err(failed)?;
    match asked {
        Ok(Ok(())) if ended.success() => Ok(blobs),
        _ => Err(CommitError::Git("cat-file ended before its time".to_owned())),
    }
}

/// `ID TYPE SIZE`, a line break, the content, a line break; `ID missing` where there is none.
fn answers(mut from: impl BufRead, count: usize) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut blobs = BTreeMap::new();
    for _ in 0..count {
        let mut head = String::new();
        from.read_line(&mut head)?;
        let words: Vec<&str> = head.split_whitespace().collect();
        let [object, kind, size] = words.as_slice() else { continue };
        let size: u64 = size.parse().map_err(|_| std::io::Error::other("cat-file answers otherwise than it does"))?;
        let mut bytes = Vec::new();
        from.by_ref().take(size).read_to_end(&mut bytes)?;
        from.read_exact(&mut [0])?;
        if *kind == "blob" && bytes.len() as u64 == size {
            blobs.insert((*object).to_owned(), bytes);
        }
    }
    Ok(blobs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_by_their_length() {
        let text = "aa blob 3\na\nb\nbb missing\ncc tree 1\nx\ndd blob 0\n\n";
        let blobs = answers(text.as_bytes(), 4).unwrap();
        assert_eq!(blobs, BTreeMap::from([("aa".to_owned(), b"a\nb".to_vec()), ("dd".to_owned(), Vec::new())]));
        assert!(answers("aa blob 9\nshort".as_bytes(), 1).is_err());
        assert!(answers("aa blob x\n".as_bytes(), 1).is_err());
    }

    #[test]
    fn entries_may_hold_anything_in_their_names() {
        let kind = |line: &str| entry(line).map(|entry| (entry.kind, entry.path, entry.size));
        assert_eq!(kind("100644 blob ab      12\ta\tb.yaml"), Some((Kind::File, "a\tb.yaml".into(), 12)));
        assert_eq!(kind("160000 commit ab       -\tsub"), Some((Kind::Submodule, "sub".into(), 0)));
        assert_eq!(kind("120000 blob ab 3\tlink"), Some((Kind::Link, "link".into(), 3)));
        assert_eq!(kind("100644 blob ab"), None);
    }
}
