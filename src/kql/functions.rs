//! The built-in functions: how many arguments they take, what type they return, what they name their column.
//!
//! The table is `functions.tsv`, written from the symbols of Kusto.Language 12.4.1: name, class, least and most
//! arguments (`*` is any number), type returned, naming.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::types::Type;

/// A built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Whether it works on the rows of a group: `count`, `make_set`.
    pub aggregate: bool,
    /// The least number of arguments.
    pub least: u16,
    /// The greatest number of arguments.
    pub most: u16,
    pub(super) returns: Returns,
    pub(super) naming: ColumnNaming,
}

/// The type that a call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    /// Always this.
    Type(Type),
    /// That of an argument.
    Argument(usize),
    /// That of the first argument, a long at least.
    FirstAsLong,
    /// The one that an argument names with `typeof(...)`.
    Named(usize),
    /// A string, unless the last argument is a `typeof(...)`.
    StringOrNamed,
    /// The common type of the arguments.
    Common,
    /// The mean of numbers is a real; of times, a time.
    Average,
    /// The value rounded down to a multiple.
    Bin,
    /// Several columns.
    Tuple,
    /// A table or a place where tables are.
    Table,
}

/// The name of the column that holds the result, if the query gives none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnNaming {
    /// `Column1`.
    Numbered,
    /// The prefix, an underscore, and the name of the first argument: `dcount_User`.
    Prefix(&'static str),
    /// The prefix alone.
    PrefixOnly(&'static str),
    /// That of the first argument: `bin(TimeGenerated, 1h)`.
    First,
    /// That of the argument if there is only one.
    Only,
    /// The text of the first argument if it names a column: `column_ifexists("a", "")`.
    Value,
}

static TABLE: LazyLock<HashMap<&'static str, Function>> =
    LazyLock::new(|| include_str!("functions.tsv").lines().filter_map(read).collect());

/// The built-in function of that name.
pub fn function(name: &str) -> Option<&'static Function> {
    TABLE.get(name)
}

/// The names of all built-in functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

fn read(line: &'static str) -> Option<(&'static str, Function)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let aggregate = fields.next()? == "aggregate";
    let least = fields.next()?.parse().ok()?;
    let most = fields.next()?.parse().unwrap_or(u16::MAX);
    let returns = match fields.next()? {
        "arg0" => Returns::Argument(0),
        "arg1" => Returns::Argument(1),
        "arg0_long" => Returns::FirstAsLong,
        "type0" => Returns::Named(0),
        "type1" => Returns::Named(1),
        "string_or_type" => Returns::StringOrNamed,
        "common" => Returns::Common,
        "average" => Returns::Average,
        "bin" => Returns::Bin,
        "tuple" => Returns::Tuple,
        "table" | "database" | "cluster" => Returns::Table,
        word => Returns::Type(Type::of(word)?),
    };
    let naming = fields.next()?;
    let naming = match naming.split_once(':') {
        Some(("prefix", prefix)) => ColumnNaming::Prefix(prefix),
        Some((_, prefix)) => ColumnNaming::PrefixOnly(prefix),
        None => match naming {
            "name_first" => ColumnNaming::Prefix(name),
            "first" => ColumnNaming::First,
            "only" => ColumnNaming::Only,
            "value" => ColumnNaming::Value,
            _ => ColumnNaming::Numbered,
        },
    };
    Some((name, Function { aggregate, least, most, returns, naming }))
}
