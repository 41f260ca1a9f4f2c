//! A text in place of another, in the style of the old one.

use std::ops::Range;

use granit_parser::ScalarStyle;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::EditError;
use super::file::{File, Splice};
use super::folded::fold;
use super::layout::{Entry, Laid};
use super::style::{self, Style, Written};
use super::value::{Yaml, below, block_line};

/// Replaces the scalar of a key by another. `indent` is the key's column, `flow` whether it stands in braces.
pub(super) fn replace(
    file: &File<'_>,
    entry: &Entry<'_>,
    new: &Yaml,
    indent: usize,
    flow: bool,
) -> Result<Vec<Splice>, EditError> {
    let Laid::Scalar { text: old, style: old_style } = &entry.value.value else { return Err(EditError::Layout) };
    let old_style = *old_style;
    let was_block = matches!(old_style, ScalarStyle::Literal | ScalarStyle::Folded);
    let written = match new {
        Yaml::Word(word) => Written::Inline(match old_style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => style::inline(word, old_style.into(), flow),
            _ => word.clone(),
        }),
        // `1.0` stays bare where `0.9` was.
        Yaml::Text(text)
            if old_style == ScalarStyle::Plain && old.parse::<f64>().is_ok() && text.parse::<f64>().is_ok() =>
        {
            Written::Inline(text.clone())
        }
        Yaml::Text(text) if was_block && style::fits_old_block(text, old) => {
            return Block::of(file, entry, indent)?.rewritten(file, text, old_style);
        }
        Yaml::Text(text) => style::written(text, if was_block { Style::Double } else { old_style.into() }, flow),
        Yaml::List(_) | Yaml::Map(_) => return Err(EditError::Layout),
    };
    if was_block {
        let Written::Inline(text) = written else { return Err(EditError::Layout) };
        let block = Block::of(file, entry, indent)?;
        return Ok(vec![Splice::new(block.head, text), Splice::new(block.lines, "")]);
    }
    let (range, gap) = if entry.value.range.start < entry.colon || entry.value.range.is_empty() {
        (entry.colon..entry.colon, " ")
    } else {
        (entry.value.range.clone(), "")
    };
    Ok(match written {
        Written::Inline(text) => vec![Splice::new(range, format!("{gap}{text}"))],
        Written::Block(head, lines) => {
            let end = file.line_end(range.end);
            let lines = below(&lines, indent + 2, file.habits);
            vec![Splice::new(range, format!("{gap}{head}")), Splice::new(end..end, lines)]
        }
    })
}

/// A literal or folded block in its file.
struct Block {
    /// `|` or `>` with its indicators.
    head: Range<usize>,
    /// Its lines, the line break before the first included, that after the last not.
    lines: Range<usize>,
    /// The indentation of its lines.
    indent: usize,
}

impl Block {
    fn of(file: &File<'_>, entry: &Entry<'_>, indent: usize) -> Result<Self, EditError> {
        let rest = &file.text[entry.colon..];
        let at = entry.colon + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let indicators = file.text[at..].strip_prefix(['|', '>']).ok_or(EditError::Layout)?;
        let digit = |c: char| c.is_ascii_digit() || c == '-' || c == '+';
        let head_end = at + 1 + indicators.len() - indicators.trim_start_matches(digit).len();
        let from = file.line_end(head_end);
        // An empty block is nowhere, so it ends with its head.
        let empty = matches!(&entry.value.value, Laid::Scalar { text, .. } if text.trim().is_empty());
        let end = if empty { from } else { file.line_end(entry.value.range.end.max(from)) };
        let explicit = file.text[at..head_end].chars().find_map(|c| c.to_digit(10));
        let lines = &file.text[from..end];
        let first = lines.lines().find(|line| !line.trim_matches(' ').is_empty());
        let found = first.map(|line| line.len() - line.trim_start_matches(' ').len());
        let depth = match explicit {
            Some(digit) => indent + digit as usize,
            None => found.unwrap_or(indent + 2),
        };
        Ok(Self { head: at..head_end, lines: from..end, indent: depth })
    }

    /// New text in the block: lines that stay are kept to the byte.
    fn rewritten(self, file: &File<'_>, text: &str, style: ScalarStyle) -> Result<Vec<Splice>, EditError> {
        let region = &file.text[self.lines.clone()];
        // The region begins with the line break behind the head.
        let raw: Vec<&str> = region.split('\n').skip(1).map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
        let bare: Vec<&str> = raw.iter().map(|line| unindented(line, self.indent)).collect();
        let lead = bare.iter().take_while(|line| line.trim().is_empty()).count();
        let mut splices = Vec::new();
        let folded = (style == ScalarStyle::Folded).then(|| fold(&bare[lead..], text)).flatten();
        if style == ScalarStyle::Folded && folded.is_none() {
            let head = &file.text[self.head.clone()];
            splices.push(Splice::new(self.head.clone(), head.replace('>', "|")));
        }
        let lines = folded.unwrap_or_else(|| text.split('\n').map(str::to_owned).collect());
        let new: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut out = String::new();
        let mut push = |line: &str| {
            out.push_str(file.habits.newline);
            out.push_str(line);
        };
        raw[..lead].iter().for_each(|line| push(line));
        for op in capture_diff_slices(Algorithm::Myers, &bare[lead..], &new) {
            match op {
                DiffOp::Equal { old_index, len, .. } => {
                    raw[lead + old_index..][..len].iter().for_each(|line| push(line));
                }
                DiffOp::Delete { .. } => {}
                DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
                    new[new_index..][..new_len].iter().for_each(|line| push(&block_line(line, self.indent)));
                }
            }
        }
        splices.push(Splice::new(self.lines, out));
        Ok(splices)
    }
}

/// A line of a block as its value has it.
fn unindented(line: &str, indent: usize) -> &str {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    &line[blanks.min(indent)..]
}
