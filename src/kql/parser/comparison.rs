//! Operators that give true or false: what their tokens are.

use super::super::keyword::Keyword;
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{CompareOp, InOp, OrderOp, TextOp, TextTest};

/// The words of these operators, for "did you mean".
pub(super) const WORDS: [&str; 20] = [
    "and",
    "or",
    "has",
    "has_cs",
    "has_any",
    "has_all",
    "hasprefix",
    "hassuffix",
    "contains",
    "contains_cs",
    "startswith",
    "startswith_cs",
    "endswith",
    "endswith_cs",
    "in",
    "between",
    "asc",
    "desc",
    "by",
    "on",
];

/// `<`, `<=`, `>`, `>=`
pub(super) fn relational(kind: TokenKind) -> Option<OrderOp> {
    let TokenKind::Punct(punct) = kind else { return None };
    Some(match punct {
        Punct::Less => OrderOp::Less,
        Punct::LessEqual => OrderOp::LessEqual,
        Punct::Greater => OrderOp::Greater,
        Punct::GreaterEqual => OrderOp::GreaterEqual,
        _ => return None,
    })
}

/// `==`, `!=`, `<>`
pub(super) fn equality(kind: TokenKind) -> Option<CompareOp> {
    let TokenKind::Punct(punct) = kind else { return None };
    Some(CompareOp::Order(match punct {
        Punct::EqualEqual => OrderOp::Equal,
        Punct::NotEqual | Punct::LessGreater => OrderOp::NotEqual,
        _ => return None,
    }))
}

/// `in`, `has_any` and their like.
pub(super) fn list(kind: TokenKind) -> Option<InOp> {
    let TokenKind::Keyword(keyword) = kind else { return None };
    Some(match keyword {
        Keyword::In => InOp::In { negated: false, case_sensitive: true },
        Keyword::InCi => InOp::In { negated: false, case_sensitive: false },
        Keyword::NotIn => InOp::In { negated: true, case_sensitive: true },
        Keyword::NotInCi => InOp::In { negated: true, case_sensitive: false },
        Keyword::HasAny => InOp::HasAny,
        Keyword::HasAll => InOp::HasAll,
        _ => return None,
    })
}

/// The operators on strings.
pub(super) fn text(kind: TokenKind) -> Option<TextOp> {
    let (test, negated, case_sensitive) = match kind {
        TokenKind::Punct(Punct::EqualTilde) => (TextTest::Equals, false, false),
        TokenKind::Punct(Punct::NotTilde) => (TextTest::Equals, true, false),
        TokenKind::Punct(Punct::Colon) => (TextTest::Search, false, false),
        TokenKind::Keyword(keyword) => text_word(keyword)?,
        _ => return None,
    };
    Some(TextOp { test, negated, case_sensitive })
}

fn text_word(keyword: Keyword) -> Option<(TextTest, bool, bool)> {
    use TextTest::*;
    Some(match keyword {
        Keyword::Has => (Has, false, false),
        Keyword::NotHas => (Has, true, false),
        Keyword::HasCs => (Has, false, true),
        Keyword::NotHasCs => (Has, true, true),
        Keyword::Hasprefix => (HasPrefix, false, false),
        Keyword::NotHasprefix => (HasPrefix, true, false),
        Keyword::HasprefixCs => (HasPrefix, false, true),
        Keyword::NotHasprefixCs => (HasPrefix, true, true),
        Keyword::Hassuffix => (HasSuffix, false, false),
        Keyword::NotHassuffix => (HasSuffix, true, false),
        Keyword::HassuffixCs => (HasSuffix, false, true),
        Keyword::NotHassuffixCs => (HasSuffix, true, true),
        Keyword::Contains => (Contains, false, false),
        Keyword::NotContains | Keyword::NotContainsWord => (Contains, true, false),
        Keyword::ContainsCs | Keyword::ContainsCsWord => (Contains, false, true),
        Keyword::NotContainsCs | Keyword::NotContainscsWord => (Contains, true, true),
        Keyword::Startswith => (StartsWith, false, false),
        Keyword::NotStartswith => (StartsWith, true, false),
        Keyword::StartswithCs => (StartsWith, false, true),
        Keyword::NotStartswithCs => (StartsWith, true, true),
        Keyword::Endswith => (EndsWith, false, false),
        Keyword::NotEndswith => (EndsWith, true, false),
        Keyword::EndswithCs => (EndsWith, false, true),
        Keyword::NotEndswithCs => (EndsWith, true, true),
        Keyword::Like => (Like, false, false),
        Keyword::NotLike => (Like, true, false),
        Keyword::LikeCs => (Like, false, true),
        Keyword::NotLikeCs => (Like, true, true),
        Keyword::MatchesRegex => (MatchesRegex, false, true),
        _ => return None,
    })
}

/// Whether the keyword stands between two operands.
pub(super) fn is_binary(keyword: Keyword) -> bool {
    let kind = TokenKind::Keyword(keyword);
    matches!(keyword, Keyword::And | Keyword::Or | Keyword::Between | Keyword::NotBetween)
        || text_word(keyword).is_some()
        || list(kind).is_some()
}
