//! The columns of a table, or of a function that is used like one: what queries are checked against.
//!
//! ```yaml
//! kind: Table
//! name: Proxy_CL
//! workspaces: [contoso]        # optional: everywhere without it
//! columns: {TimeGenerated: datetime, Url: string}   # optional: without it only the name is known
//! ```

use super::fields::Fields;
use super::read::one_or_more;
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};

/// One document of kind Table. Types are as written.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: Spanned<String>,
    /// Names of workspaces; everywhere where there is none.
    pub workspaces: Vec<Spanned<String>>,
    /// Names and types in order. `None` if nothing is known of them.
    pub columns: Option<Vec<(String, Spanned<String>)>>,
    pub span: Span,
    /// Whether `tables pull` wrote it: then its workspaces have the tables that are named for them and no other.
    pub is_pulled: bool,
}

/// How a file begins that `tables pull` writes.
pub const PULLED: &str = "# Written by `palisade tables pull";

/// Reads a document of kind Table.
pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Table> {
    let span = node.span;
    let mut fields = Fields::of(node, "a table", problems)?;
    fields.keep(&["kind", "description"]);
    let name = fields.text("name").map(|name| name.map(|name| name.trim().to_owned()));
    if name.as_ref().is_none_or(|name| name.value.is_empty()) {
        fields.missing("name", "the table's name, in the case that queries use");
    }
    let workspaces = match fields.take("workspaces") {
        Some(entry) => {
            let (at, named) = (entry.value.span, one_or_more(entry.value, "workspaces", fields.problems));
            if named.is_empty() {
                fields.problems.push(
                    Diagnostic::new(Code::InvalidValue, at, "an empty `workspaces`: the table would be nowhere")
                        .help("leave `workspaces` out if the table is everywhere"),
                );
            }
            named
        }
        None => Vec::new(),
    };
    let columns = fields.text_map("columns").map(|columns| columns.value);
    fields.finish_strict();
    Some(Table { name: name.filter(|name| !name.value.is_empty())?, workspaces, columns, span, is_pulled: false })
}
