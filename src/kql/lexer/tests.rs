#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

/// Kinds and texts of the tokens, one a line.
fn shown(source: &str) -> String {
    let lexed = lex(source);
    lexed.tokens.iter().map(|t| format!("{:?} {:?}\n", t.kind, t.span.text(source))).collect()
}

fn kinds(source: &str) -> Vec<TokenKind> {
    lex(source).tokens.iter().map(|t| t.kind).collect()
}

fn literal(kind: LiteralKind) -> Vec<TokenKind> {
    vec![TokenKind::Literal(kind), TokenKind::End]
}

#[test]
fn words_and_signs() {
    assert_eq!(
        shown("T|where $left.a!in~('x') // c"),
        "Identifier \"T\"\nPunct(Bar) \"|\"\nKeyword(Where) \"where\"\nIdentifier \"$left\"\nPunct(Dot) \".\"\n\
         Identifier \"a\"\nKeyword(NotInCi) \"!in~\"\nPunct(OpenParen) \"(\"\nLiteral(String) \"'x'\"\n\
         Punct(CloseParen) \")\"\nEnd \"\"\n"
    );
}

#[test]
fn compound_keywords_are_one_token() {
    for (text, keyword) in [
        ("mv-expand", Keyword::MvExpand),
        ("project-away", Keyword::ProjectAway),
        ("matches regex", Keyword::MatchesRegex),
        ("in~", Keyword::InCi),
        ("graph-shortest-paths", Keyword::GraphShortestPaths),
    ] {
        assert_eq!(kinds(text), [TokenKind::Keyword(keyword), TokenKind::End], "{text}");
    }
    assert_eq!(kinds("matches  regex").len(), 3);
    let after = kinds(&format!("project-away-{}", "x-".repeat(50)));
    assert_eq!(after[0], TokenKind::Keyword(Keyword::ProjectAway));
    assert_eq!(kinds(&format!("project-{}", "x".repeat(50)))[0], TokenKind::Keyword(Keyword::Project));
    assert_eq!(kinds("Where"), [TokenKind::Identifier, TokenKind::End]);
}

#[test]
fn literals() {
    use LiteralKind::*;
    for text in [r#""a\"b""#, "'it'", r#"@"c:\""#, r#"h"s""#, r#"H@'s'"#, "```a\n\"b```", "~~~a\nb~~~"] {
        assert_eq!(kinds(text), literal(String), "{text}");
    }
    for text in ["1.5", "1.", "1e5", "1.5e-3", "real(nan)", "double(1)"] {
        assert_eq!(kinds(text), literal(Real), "{text}");
    }
    for text in ["1d", "1.5h", "100ms", "3ticks", "10minutes", "timespan(1.02:03:04)", "time(1d)"] {
        assert_eq!(kinds(text), literal(TimeSpan), "{text}");
    }
    assert_eq!(kinds("0x1F"), literal(Long));
    assert_eq!(kinds("12345678-1234-1234-1234-1234567890ab"), literal(RawGuid));
    assert_eq!(kinds("datetime(2026-01-31 10:00)"), literal(DateTime));
    assert_eq!(kinds("3com"), [TokenKind::Identifier, TokenKind::End]);
    assert_eq!(kinds("1..2").len(), 4);
}

#[test]
fn a_comment_ends_at_four_characters_only() {
    for end in ["\r", "\n", "\r\n", "\u{2028}", "\u{2029}"] {
        assert_eq!(kinds(&format!("T // c{end}| take 1")).len(), 5, "{end:?}");
    }
    for no_end in ["\u{0B}", "\u{0C}", "\u{85}"] {
        assert_eq!(kinds(&format!("T // c{no_end}| take 1")).len(), 2, "{no_end:?}");
    }
}

#[test]
fn faults_have_places_and_advice() {
    let fault = |source: &str| {
        let diagnostics = lex(source).diagnostics;
        assert_eq!(diagnostics.len(), 1, "{source}: {diagnostics:?}");
        (diagnostics[0].span.range(), diagnostics[0].message.clone())
    };
    assert_eq!(fault(r#"print "abc"#), (6..10, "this string has no closing `\"`".into()));
    assert_eq!(fault(r#"print 'a\Sb'"#), (8..10, "`\\S` is no escape sequence".into()));
    assert_eq!(fault("print \u{201C}"), (6..9, "`\u{201C}` (U+201C) is not `\"`".into()));
    assert_eq!(fault("print datetime(2026"), (19..19, "`datetime(` needs its `)` on the same line".into()));
}

#[test]
fn values_of_strings() {
    for (text, value) in [
        (r#""a\tb\u0041\x42\103\\""#, "a\tbABC\\"),
        (r#"'it\'s'"#, "it's"),
        (r#"@"c:\d""e""#, r#"c:\d"e"#),
        ("h'x'", "x"),
        ("```a\n\\n```", "a\n\\n"),
    ] {
        assert_eq!(string_value(text), value, "{text}");
    }
}

#[test]
fn nothing_is_lost() {
    let source = "\u{FEFF}let x = 1; // é\r\nT\t| where a == \"ü\" §\n\n";
    let mut rebuilt = String::new();
    let mut at = 0;
    for token in lex(source).tokens {
        rebuilt.push_str(&source[at..token.span.range().end]);
        at = token.span.range().end;
    }
    assert_eq!(rebuilt, source);
}
