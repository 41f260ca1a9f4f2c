//! The block of a stage: its text, and finding it again in a query that anybody may have edited.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Stage, is_id};

const BEGIN: &str = "// palisade:exclusions ";
const END: &str = "// palisade:end";
/// After the last line of a block that needed a line break of its own behind it.
const INLINE: &str = " inline";
const LISTED: &str = "// exclusion ";

/// One exclusion of a block, as its comment tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// A digest of its condition and its times, in hex.
    pub digest: String,
    /// When it has ended.
    pub expires: Option<Timestamp>,
}

/// A stage's block, as it is found in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// There is none.
    Absent,
    /// It is as it was written.
    Intact(Vec<Listed>),
    /// Its text is not the one that its hash was made of.
    Edited(Vec<Listed>),
    /// Its begin or its end is missing.
    Torn,
    /// It is there more than once.
    Repeated,
}

impl Block {
    /// Whether somebody changed it by hand.
    pub fn is_tampered(&self) -> bool {
        !matches!(self, Block::Absent | Block::Intact(_))
    }

    /// What its comments list, as far as there is one block.
    pub fn listed(&self) -> &[Listed] {
        match self {
            Block::Intact(listed) | Block::Edited(listed) => listed,
            Block::Absent | Block::Torn | Block::Repeated => &[],
        }
    }
}

/// The blocks of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// That of stage result.
    pub result: Block,
    /// That of stage event.
    pub event: Block,
}

impl Blocks {
    /// Whether there is neither.
    pub fn is_empty(&self) -> bool {
        self.result == Block::Absent && self.event == Block::Absent
    }

    /// Both, by stage.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, &Block)> {
        [(Stage::Result, &self.result), (Stage::Event, &self.event)].into_iter()
    }
}

/// A digest of some text in hex, 4 bits for each character.
pub(super) fn digest(text: &str, characters: usize) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let hash = Sha256::digest(text.as_bytes());
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.take(characters).map(|nibble| char::from(HEX[usize::from(nibble)])).collect()
}

/// A block without the line breaks around it. `code` is what runs.
pub(super) fn write(stage: Stage, listed: &[Listed], code: &str, inline: bool) -> String {
    let mut body = String::new();
    for Listed { id, digest, expires } in listed {
        let end = expires.map_or("without end".to_owned(), |end| format!("until {end}"));
        body.push_str(&format!("{LISTED}{id} {digest} {end}\n"));
    }
    body.push_str(code);
    body.push('\n');
    let hash = digest(&body, 16);
    format!("{BEGIN}{} {hash}\n{body}{END}{}", stage.name(), if inline { INLINE } else { "" })
}

/// Finds the blocks of a query. Line ends don't count: an editor may have changed all of them.
pub fn blocks(query: &str) -> Blocks {
    let query = query.replace("\r\n", "\n");
    let found = find(&query);
    Blocks { result: judge(&query, &found, Stage::Result), event: judge(&query, &found, Stage::Event) }
}

fn judge(query: &str, found: &Found, stage: Stage) -> Block {
    let begins: Vec<usize> = (0..found.begins.len()).filter(|&n| found.begins[n].stage == Some(stage)).collect();
    // An end without a begin may be of either stage: of both, then.
    let astray = found.ends_astray || found.begins.iter().any(|begin| begin.stage.is_none());
    match begins.as_slice() {
        [] if astray => Block::Torn,
        [] => Block::Absent,
        [one] => {
            let begin = &found.begins[*one];
            let Some(end) = begin.end else { return Block::Torn };
            let body = &query[begin.body..end];
            let listed: Vec<Listed> = body.lines().filter_map(listed).collect();
            if digest(body, 16) == begin.hash { Block::Intact(listed) } else { Block::Edited(listed) }
        }
        _ => Block::Repeated,
    }
}

/// What stands between the first line of a stage's block and its last, with the exclusions that it lists. `None` unless
/// it is as it was written.
pub(super) fn body(query: &str, stage: Stage) -> Option<(String, Vec<Listed>)> {
    let query = query.replace("\r\n", "\n");
    let found = find(&query);
    let Block::Intact(listed) = judge(&query, &found, stage) else { return None };
    let begin = found.begins.iter().find(|begin| begin.stage == Some(stage))?;
    Some((query[begin.body..begin.end?].to_owned(), listed))
}

fn listed(line: &str) -> Option<Listed> {
    let (id, rest) = line.strip_prefix(LISTED)?.split_once(' ')?;
    let (digest, end) = rest.split_once(' ')?;
    let expires = end.strip_prefix("until ").and_then(|end| end.parse().ok());
    is_id(id).then(|| Listed { id: id.to_owned(), digest: digest.to_owned(), expires })
}

/// The query without its blocks, to the byte. `None` if a block is not as it was written.
pub fn remove(query: &str) -> Option<String> {
    let found = find(query);
    let ends: Option<Vec<usize>> = found.begins.iter().map(|begin| begin.end).collect();
    let whole = !found.ends_astray
        && [Stage::Result, Stage::Event]
            .iter()
            .all(|&s| matches!(judge(query, &found, s), Block::Absent | Block::Intact(_)));
    let ends = ends.filter(|_| whole)?;
    let mut original = String::with_capacity(query.len());
    let mut from = 0;
    for (begin, end) in found.begins.iter().zip(ends) {
        let stage = begin.stage?;
        let before = &query[from..begin.at];
        // The line break before a result's filter is ours.
        original.push_str(if stage == Stage::Result { before.strip_suffix('\n')? } else { before });
        let rest = &query[end + END.len()..];
        let inline = rest.strip_prefix(INLINE);
        let after = inline.unwrap_or(rest);
        let after = if inline.is_some() || stage == Stage::Event { after.strip_prefix('\n')? } else { after };
        from = query.len() - after.len();
    }
    original.push_str(&query[from..]);
    Some(original)
}

/// Every line that begins or ends a block.
struct Found {
    begins: Vec<Begin>,
    /// Whether there is an end that belongs to no begin.
    ends_astray: bool,
}

struct Begin {
    at: usize,
    /// None if its first line names no stage.
    stage: Option<Stage>,
    hash: String,
    /// Where the second line begins.
    body: usize,
    /// Where the last line begins.
    end: Option<usize>,
}

fn find(query: &str) -> Found {
    let mut found = Found { begins: Vec::new(), ends_astray: false };
    let mut open = false;
    let mut at = 0;
    for line in query.split_inclusive('\n') {
        if let Some(words) = line.strip_prefix(BEGIN) {
            let (word, hash) = words.trim_end().split_once(' ').unwrap_or_default();
            let stage = [Stage::Result, Stage::Event].into_iter().find(|stage| stage.name() == word);
            found.begins.push(Begin { at, stage, hash: hash.to_owned(), body: at + line.len(), end: None });
            open = true;
        } else if line.starts_with(END) {
            match found.begins.last_mut().filter(|_| open) {
                Some(begin) => begin.end = Some(at),
                None => found.ends_astray = true,
            }
            open = false;
        }
        at += line.len();
    }
    found
}
