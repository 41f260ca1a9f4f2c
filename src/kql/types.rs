//! The scalar types of KQL and how they combine.

use std::fmt;

use super::lexer::LiteralKind;
use super::tree::ArithmeticOp;

/// A scalar type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum Type {
    String,
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    DateTime,
    TimeSpan,
    Guid,
    Dynamic,
    /// It depends on what is not known here.
    Unknown,
}

impl Type {
    /// The type that a word of a query or of a schema names, synonyms included.
    pub fn of(word: &str) -> Option<Type> {
        Some(match word {
            "string" => Type::String,
            "bool" | "boolean" => Type::Bool,
            "int" | "int32" | "int8" | "int16" | "uint" | "uint8" | "uint16" | "uint32" => Type::Int,
            "long" | "int64" | "ulong" | "uint64" => Type::Long,
            "real" | "double" | "float" => Type::Real,
            "decimal" => Type::Decimal,
            "datetime" | "date" => Type::DateTime,
            "timespan" | "time" => Type::TimeSpan,
            "guid" | "uuid" | "uniqueid" => Type::Guid,
            "dynamic" => Type::Dynamic,
            "unknown" => Type::Unknown,
            _ => return None,
        })
    }

    /// The word that names it.
    pub fn name(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Long => "long",
            Type::Real => "real",
            Type::Decimal => "decimal",
            Type::DateTime => "datetime",
            Type::TimeSpan => "timespan",
            Type::Guid => "guid",
            Type::Dynamic => "dynamic",
            Type::Unknown => "unknown",
        }
    }

    pub(super) fn of_literal(kind: LiteralKind) -> Type {
        match kind {
            LiteralKind::String => Type::String,
            LiteralKind::Long => Type::Long,
            LiteralKind::Int => Type::Int,
            LiteralKind::Real => Type::Real,
            LiteralKind::Decimal => Type::Decimal,
            LiteralKind::Bool => Type::Bool,
            LiteralKind::DateTime => Type::DateTime,
            LiteralKind::TimeSpan => Type::TimeSpan,
            LiteralKind::Guid | LiteralKind::RawGuid => Type::Guid,
        }
    }

    /// Whether members and elements can be taken from a value of it.
    pub(super) fn has_members(self) -> bool {
        matches!(self, Type::Dynamic | Type::Unknown)
    }

    /// Rank among the numbers; a sum has the higher rank of its two sides.
    fn rank(self) -> Option<u8> {
        match self {
            Type::Int => Some(1),
            Type::Long => Some(2),
            Type::Real => Some(3),
            Type::Decimal => Some(4),
            _ => None,
        }
    }

    /// The wider of two numbers, a long at least.
    pub(super) fn widest(self, other: Type) -> Type {
        match (self.rank(), other.rank()) {
            (Some(a), Some(b)) if a.max(b) < 2 => Type::Long,
            (Some(a), Some(b)) => {
                if a >= b {
                    self
                } else {
                    other
                }
            }
            _ => Type::Unknown,
        }
    }

    /// The type of a number that is computed from one of this type: a long instead of an int.
    pub(super) fn at_least_long(self) -> Type {
        if self == Type::Int { Type::Long } else { self }
    }

    /// The type of a value that is one of two, as of `iff(a, b, c)`.
    pub(super) fn common(self, other: Type) -> Type {
        match (self, other) {
            (a, b) if a == b => a,
            (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
            (Type::Dynamic, _) | (_, Type::Dynamic) => Type::Dynamic,
            (a, b) => a.widest(b),
        }
    }

    /// The type of `self op other`.
    pub(super) fn arithmetic(self, op: ArithmeticOp, other: Type) -> Type {
        use ArithmeticOp::*;
        use Type::*;
        match (op, self, other) {
            (_, Unknown, _) | (_, _, Unknown) => Unknown,
            (_, Dynamic, Dynamic) => Dynamic,
            (Subtract, DateTime, Dynamic) | (Subtract, Dynamic, DateTime) => TimeSpan,
            (_, Dynamic, Int) | (_, Int, Dynamic) => Long,
            (_, Dynamic, known) | (_, known, Dynamic) => known,
            (Add | Subtract, TimeSpan, TimeSpan) | (Subtract, DateTime, DateTime) => TimeSpan,
            (Add | Subtract, DateTime | TimeSpan, DateTime | TimeSpan) => DateTime,
            (Divide, TimeSpan | DateTime, TimeSpan | DateTime) => Real,
            (_, TimeSpan, b) if b.rank().is_some() => TimeSpan,
            (Multiply, a, TimeSpan) if a.rank().is_some() => TimeSpan,
            (Modulo, TimeSpan | DateTime, TimeSpan | DateTime) => TimeSpan,
            (_, DateTime, b) if b.rank().is_some() => DateTime,
            (_, a, b) => a.widest(b),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
