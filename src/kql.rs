//! The Kusto Query Language: what a query says, and what is wrong with it, before the service is asked.
//!
//! `parse` gives the tree of any source, `analyze` what the tree means against a schema. Nothing here reads a file or
//! the network, and nothing depends on the rest of the program.

mod diagnostic;
pub mod exclude;
mod functions;
#[cfg(test)]
mod growth;
mod keyword;
mod lexer;
mod parser;
pub mod predicate;
mod resolver;
mod schema;
mod span;
pub mod tree;
mod types;

pub use diagnostic::{Diagnostic, Stage, nearest};
pub use functions::{Function, function, names as function_names};
pub use keyword::{Keyword, Naming};
pub use lexer::{Lexed, LiteralKind, Punct, Token, TokenKind, lex, string_value};
pub use parser::parse;
pub use resolver::{BindingUse, Facts, FunctionOrigin, FunctionUse, OutputColumn, TableBy, TableUse, analyze};
pub use schema::{NoSchema, Schema, SchemaColumn};
pub use span::Span;
pub use types::Type;
