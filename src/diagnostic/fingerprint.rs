//! What makes a problem the same one in two versions of a file: for baselines, and for servers that follow results.

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{Diagnostic, FileId, Sources, document};

/// A problem without its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// The file, relative to the project; empty for a problem of the project as a whole.
    pub file: String,
    /// The id (or name) of the document; empty where it has none.
    pub document: String,
    /// 32 hex digits over the code, the document (where it has no name, the file), the first line of what is marked, the
    /// words that the message quotes, and the number among equals.
    pub digest: String,
}

/// The fingerprint of each problem, in their order. Lines may be added and removed around a problem, and files with
/// named documents may be moved, without changing one.
pub fn fingerprints(problems: &[Diagnostic], sources: &Sources) -> Vec<Fingerprint> {
    let mut known = Known::default();
    problems.iter().map(|problem| fingerprint(problem, sources, &mut known)).collect()
}

/// What is found out once.
#[derive(Default)]
struct Known {
    /// How many problems had a digest.
    equals: BTreeMap<[u8; 32], u32>,
    /// The documents of a file with their names.
    files: BTreeMap<FileId, Vec<(Range<usize>, String)>>,
}

impl Known {
    fn name(&mut self, file: FileId, text: &str, byte: usize) -> String {
        let documents = self.files.entry(file).or_insert_with(|| {
            let named = |range: Range<usize>| {
                let name = document::name(&text[range.clone()]).unwrap_or_default().to_owned();
                (range, name)
            };
            document::ranges(text).into_iter().map(named).collect()
        });
        let found = documents.partition_point(|(range, _)| range.end <= byte).min(documents.len().saturating_sub(1));
        documents.get(found).map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

fn fingerprint(problem: &Diagnostic, sources: &Sources, known: &mut Known) -> Fingerprint {
    let (mut file, mut name, mut line) = (String::new(), String::new(), String::new());
    if let Some(span) = problem.span {
        let text = sources.text(span.file);
        let at = floor(&text, span.start as usize);
        file = sources.path(span.file).to_owned();
        name = known.name(span.file, &text, at);
        let own =
            text.get(at..span.end as usize).and_then(|own| own.lines().next()).filter(|own| !own.trim().is_empty());
        let own = own.unwrap_or_else(|| line_of(&text, at));
        line = own.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let mut hasher = Sha256::new();
    let place = if name.is_empty() { &file } else { &name };
    let words = quoted(&problem.message);
    for part in [problem.code.name(), place, &line].into_iter().chain(words) {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let key: [u8; 32] = hasher.finalize().into();
    let count = known.equals.entry(key).or_default();
    *count += 1;
    let digest = Sha256::new().chain_update(key).chain_update(count.to_le_bytes()).finalize();
    let digest = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Fingerprint { file, document: name, digest }
}

/// The words of a message that come from the file, as far as backquotes tell.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

fn line_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[start..].lines().next().unwrap_or_default()
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Span};

    fn prints(path: &str, text: &str, found: &str) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add(path, text);
        let problems: Vec<Diagnostic> = text
            .match_indices(found)
            .map(|(at, _)| {
                let start = u32::try_from(at).unwrap();
                let span = Span { start, ..Span::start_of(file) };
                Diagnostic::new(Code::UnknownTactic, span, format!("no tactic `{found}`, line {at}"))
            })
            .collect();
        fingerprints(&problems, &sources).into_iter().map(|print| print.digest).collect()
    }

    #[test]
    fn lines_move_and_problems_stay() {
        let before = prints("a.yaml", "id: x\ntactics: [Evasion]\n", "Evasion");
        assert_eq!(before, prints("b.yaml", "# new\nid: x\n\ntactics:   [Evasion]\n", "Evasion"));
        assert_ne!(before, prints("a.yaml", "id: y\ntactics: [Evasion]\n", "Evasion"));
        assert_ne!(before, prints("a.yaml", "id: x\ntactics: [Evasions]\n", "Evasion"));
    }

    #[test]
    fn equals_are_counted() {
        let twice = prints("a.yaml", "id: x\n- Evasion\n- Evasion\n", "Evasion");
        assert_ne!(twice[0], twice[1]);
        assert_eq!(twice[0], prints("a.yaml", "id: x\n- Evasion\n", "Evasion")[0]);
    }
}
