//! Random YAML and mutations of this repository's rules: nothing panics, and every place lies in its file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use palisade::diagnostic::Sources;
use palisade::ops::{LoadOptions, load};
use palisade::report::diagnostics::{self, Counts};
use palisade::report::paint::Paint;
use palisade::rule::yaml;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The texts to mutate: the rules, examples and templates of this repository.
static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut files = Vec::new();
    for folder in ["rules", "examples", "templates"] {
        yaml_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
});

fn yaml_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_below(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
}

/// Text that means something to YAML, to KQL, or to a terminal.
const TOKENS: &[&str] = &[
    "*a",
    "&a ",
    "<<: *a\n",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "? ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "!!binary ",
    "!x ",
    "|",
    ">",
    "|+2\n",
    "\"",
    "'",
    "\\",
    "\"\\u",
    "#",
    " #",
    "\t",
    "\r\n",
    "\r",
    "\n",
    "\n\n",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "é",
    "🙂",
    "e\u{301}",
    "~",
    "null",
    "0x7fffffffffffffff",
    "1e999",
    "-1",
    "PT99999999999999999999H",
    "P1Y",
    "1d1h",
    "kind: Workspace\n",
    "kind: NRT\n",
    "id: x\n",
    "query: |\n",
    "set: {",
    "rules: [\"**\"]",
    "//",
    "properties:\n",
    "  ",
    "        ",
];

/// One change of a text; places are given as a share of its length.
#[derive(Debug, Clone)]
enum Edit {
    Insert(Index, String),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Cut(Index),
    Indent(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let token = prop_oneof![4 => select(TOKENS).prop_map(str::to_owned), 1 => "\\PC{0,8}"];
    prop_oneof![
        6 => (any::<Index>(), token).prop_map(|(at, text)| Edit::Insert(at, text)),
        3 => (any::<Index>(), 1usize..40).prop_map(|(at, length)| Edit::Remove(at, length)),
        2 => (any::<Index>(), 1usize..200, 1usize..4).prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
        1 => any::<Index>().prop_map(Edit::Cut),
        2 => any::<Index>().prop_map(Edit::Indent),
    ]
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let place = |at: &Index| at.index(chars.len() + 1);
        match self {
            Self::Insert(at, token) => {
                let at = place(at);
                chars.splice(at..at, token.chars());
            }
            Self::Remove(at, length) => {
                let at = place(at);
                chars.drain(at..chars.len().min(at + length));
            }
            Self::Repeat(at, length, times) => {
                let at = place(at);
                let part = chars[at..chars.len().min(at + length)].repeat(*times);
                chars.splice(at..at, part);
            }
            Self::Cut(at) => chars.truncate(place(at)),
            Self::Indent(at) => {
                let at = chars[..place(at)].iter().rposition(|c| *c == '\n').map_or(0, |newline| newline + 1);
                chars.insert(at, ' ');
            }
        }
        chars.into_iter().collect()
    }
}

fn mutated() -> impl Strategy<Value = String> {
    (any::<Index>(), prop::collection::vec(edit(), 1..8))
        .prop_map(|(seed, edits)| edits.iter().fold(seed.get(&SEEDS).clone(), |text, edit| edit.apply(&text)))
}

fn random() -> impl Strategy<Value = String> {
    let piece = prop_oneof![3 => select(TOKENS).prop_map(str::to_owned), 1 => "[a-z]{1,6}", 1 => "\\PC{0,4}"];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![3 => mutated(), 1 => random()]
}

/// Every place of a tree lies in its text.
fn inside(node: &yaml::Node<'_>, text: &str) {
    let range = node.span.start as usize..node.span.end as usize;
    assert!(text.get(range.clone()).is_some(), "{range:?} of {}", text.len());
    assert!(node.span.line >= 1 && node.span.column >= 1);
    match &node.value {
        yaml::Value::Scalar { .. } => {}
        yaml::Value::Sequence(items) => items.iter().for_each(|item| inside(item, text)),
        yaml::Value::Mapping(entries) => entries.iter().for_each(|entry| inside(&entry.value, text)),
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in hostile()) {
        let mut sources = Sources::default();
        let file = sources.add("x.yaml", text.as_str());
        match yaml::parse(file, &text) {
            Ok(documents) => documents.iter().for_each(|node| inside(node, &text)),
            Err(problem) => {
                let span = problem.span.unwrap();
                prop_assert!(text.is_char_boundary(span.start as usize), "{span:?}");
                prop_assert!(span.line >= 1 && span.column >= 1);
            }
        }
    }

    /// The whole way of `check`: files, rules, workspaces, settings, and both renderings.
    #[test]
    fn any_project_is_loaded(project in prop::option::weighted(0.3, hostile()), files in prop::collection::vec(hostile(), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = project {
            fs::write(folder.path().join("palisade.yaml"), text).unwrap();
        }
        for (n, text) in files.iter().enumerate() {
            fs::write(folder.path().join(format!("{n}.yaml")), text).unwrap();
        }
        let loaded = load(folder.path(), &LoadOptions::default());
        let again = load(folder.path(), &LoadOptions::default());
        prop_assert_eq!(&loaded.problems, &again.problems);
        prop_assert_eq!(&loaded.digest, &again.digest);
        let counts = Counts::of(loaded.sources.len(), loaded.content.rules.len(), &loaded.problems);
        let text = diagnostics::human(&loaded.problems, &loaded.sources, Paint { color: false });
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
        diagnostics::json(&loaded.problems, &loaded.sources, counts);
    }
}
