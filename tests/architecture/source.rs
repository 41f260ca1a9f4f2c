//! Source files as tokens: comments, literals and tests left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A file of `src`.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Relative to `src`, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// What is left of the text without comments, literals and tests.
    pub(crate) tokens: Vec<Token>,
}

/// A word, `::`, or one other character, with the line that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), tokens: without_tests(&tokens(text)).0 }
    }

    /// The file's module as a path from the crate's root: `arm/auth/cli.rs` is `arm`, `auth`, `cli`.
    pub(crate) fn module(&self) -> Vec<String> {
        let stem = self.path.strip_suffix(".rs").unwrap();
        if stem == "lib" || stem == "main" { Vec::new() } else { stem.split('/').map(str::to_owned).collect() }
    }
}

/// Every file of `src` but those that are compiled for tests alone.
pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, "", &mut files);
    files.sort();
    let all: Vec<Source> =
        files.iter().map(|path| Source::new(path, &fs::read_to_string(root.join(path)).unwrap())).collect();
    let tests: BTreeSet<String> = all.iter().flat_map(test_files).collect();
    all.into_iter().filter(|file| !file.path.ends_with("_tests.rs") && !tests.contains(&file.path)).collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if path.ends_with(".rs") {
            files.push(path);
        }
    }
}

/// The files that a file declares with `#[cfg(test)] mod name;`.
fn test_files(file: &Source) -> Vec<String> {
    let folder = file.module().iter().map(|part| format!("{part}/")).collect::<String>();
    let (_, modules) = without_tests(&tokens(&file.text));
    modules.into_iter().map(|name| format!("{folder}{name}.rs")).collect()
}

/// Splits source text, comments and literals left out. A literal is one token, `"`.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < chars.len() {
        let from = at;
        let rest = &chars[at..];
        let token = match rest {
            ['/', '/', ..] => {
                at += rest.iter().position(|&c| c == '\n').unwrap_or(rest.len());
                None
            }
            ['/', '*', ..] => {
                at += block_comment(rest);
                None
            }
            _ if literal(rest).is_some() => {
                at += literal(rest).unwrap();
                Some("\"".to_owned())
            }
            [':', ':', ..] => {
                at += 2;
                Some("::".to_owned())
            }
            [c, ..] if is_word(*c) => {
                at += rest.iter().position(|&c| !is_word(c)).unwrap_or(rest.len());
                Some(chars[from..at].iter().collect())
            }
            [c, ..] => {
                at += 1;
                (!c.is_whitespace()).then(|| c.to_string())
            }
            [] => None,
        };
        found.extend(token.map(|text| Token { text, line }));
        line += chars[from..at].iter().filter(|&&c| c == '\n').count();
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the text or character literal that begins here. A lifetime is none.
fn literal(rest: &[char]) -> Option<usize> {
    let prefix = rest.iter().position(|c| !matches!(c, 'b' | 'r' | 'c'))?;
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let raw = rest[..prefix].contains(&'r');
    if rest.get(prefix + hashes) == Some(&'"') && (hashes == 0 || raw) && prefix <= 2 {
        let body = prefix + hashes + 1;
        let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
        return Some(closed(rest, body, &closing, !raw));
    }
    let quoted = rest.get(prefix) == Some(&'\'') && prefix <= 1;
    let character = quoted && (rest.get(prefix + 1) == Some(&'\\') || rest.get(prefix + 2) == Some(&'\''));
    character.then(|| closed(rest, prefix + 1, &['\''], true))
}

/// Where the literal whose body begins at `at` ends.
fn closed(rest: &[char], mut at: usize, closing: &[char], escapes: bool) -> usize {
    while at < rest.len() && !rest[at..].starts_with(closing) {
        at += if escapes && rest[at] == '\\' { 2 } else { 1 };
    }
    (at + closing.len()).min(rest.len())
}

/// The tokens without the items under `#[cfg(test)]`, and the names of the modules among those.
fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        let marked = tokens[at..].iter().map(|token| token.text.as_str()).take(MARK.len()).eq(MARK);
        if !marked {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let end = item_end(tokens, at + MARK.len());
        let item = &tokens[at..end];
        if let Some(position) = item.iter().position(|token| token.text == "mod")
            && let Some(name) = item.get(position + 1)
        {
            modules.push(name.text.clone());
        }
        at = end;
    }
    (kept, modules)
}

/// Where an item ends: after its `;` or its closing brace, further attributes passed over. A field ends after its
/// comma, or before the brace of its struct.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    let start = at;
    let generic = |at: usize| {
        let words = ["fn", "struct", "enum", "trait", "impl", "type"];
        tokens[start..at].iter().any(|token| words.contains(&token.text.as_str()))
    };
    let mut depth = 0usize;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "{" | "[" | "(" => depth += 1,
            "]" | ")" => depth -= 1,
            "}" if depth == 0 => return at,
            "," if depth == 0 && !generic(at) => return at + 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Source::new("a.rs", text).tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_are_no_tokens() {
        let text = "a // crate::x\n/* b /* c */ d */ \"e\\\" f\" r#\"g \" h\"# b'i' '\\'' 'j' 'k: &'l";
        assert_eq!(words(text), ["a", "\"", "\"", "\"", "\"", "\"", "'", "k", ":", "&", "'", "l"]);
    }

    #[test]
    fn tests_are_left_out() {
        let text = "a #[cfg(test)] #[allow(x)] mod tests { fn b() { } } c #[cfg(test)] mod d; #[cfg(unix)] e";
        assert_eq!(words(text), ["a", "c", "#", "[", "cfg", "(", "unix", ")", "]", "e"]);
        assert_eq!(test_files(&Source::new("x/y.rs", text)), ["x/y/tests.rs", "x/y/d.rs"]);
    }

    #[test]
    fn lines_are_counted() {
        let source = Source::new("a.rs", "a\n\"b\n\"\nc");
        assert_eq!(source.tokens.last().unwrap().line, 4);
    }
}
