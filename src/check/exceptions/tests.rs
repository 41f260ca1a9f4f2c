use super::*;
use crate::diagnostic::Sources;
use crate::rule::yaml;

/// What becomes of a problem at each `@` of a text: silenced or not; and what is wrong with the exceptions.
fn run(text: &str, code: Code) -> (Vec<bool>, Vec<Code>) {
    let places: Vec<usize> = text.match_indices('@').enumerate().map(|(n, (at, _))| at - n).collect();
    let text = text.replace('@', "");
    let mut sources = Sources::default();
    let file = sources.add("x.yaml", text.as_str());
    let documents = yaml::parse(file, &text).unwrap_or_default();
    let (mut exceptions, mut problems) = (Exceptions::default(), Vec::new());
    exceptions.read(file, &text, &documents, &mut problems);
    let silenced = places
        .into_iter()
        .map(|at| {
            let span = Span { start: u32::try_from(at).unwrap_or_default(), ..Span::start_of(file) };
            exceptions.silence(&Diagnostic::new(code, span, "x"), false, &mut Vec::new())
        })
        .collect();
    problems.extend(exceptions.unused(|_| false));
    (silenced, problems.into_iter().map(|problem| problem.code).collect())
}

#[test]
fn a_line_or_what_is_below_it() {
    let here = "a: @1\nb: @2 # palisade: allow unknown-tactic known to be fine\nc: @3\n";
    assert_eq!(run(here, Code::UnknownTactic), (vec![false, true, false], vec![]));
    let above = "a: @1\n# palisade: allow unknown-tactic x\n# more\n@tactics:\n  - @One\n  - @Two\nb: @x\n";
    assert_eq!(run(above, Code::UnknownTactic), (vec![false, true, true, true, false], vec![]));
    let item = "a:\n  # palisade: allow unknown-tactic x\n  - b: @One\n    c: @two\n  - b: @Two\n";
    assert_eq!(run(item, Code::UnknownTactic), (vec![true, true, false], vec![]));
    let crlf = "a: @1\r\n# palisade: allow unknown-tactic x\r\nb: @2\r\nc: @3\r\n";
    assert_eq!(run(crlf, Code::UnknownTactic), (vec![false, true, false], vec![]));
}

#[test]
fn a_document() {
    let text = "# palisade: allow unknown-tactic x\n\na: @1\nb: [@2]\n---\na: @3\n---\n# palisade: allow unknown-tactic y\n\
                a: @4\n";
    assert_eq!(run(text, Code::UnknownTactic), (vec![true, true, false, true], vec![]));
}

#[test]
fn a_line_of_a_query() {
    let text = "a: 1\nquery: |\n  @T\n  | where @a // palisade: allow contains-for-has x\n  // palisade: allow \
                contains-for-has y\n\n  | where @b\n  | where @c\n";
    assert_eq!(run(text, Code::ContainsForHas), (vec![false, true, true, false], vec![]));
    let first = "a: 1\nquery: |\n  @// palisade: allow contains-for-has y\n  @T\n  | where @c\n";
    assert_eq!(run(first, Code::ContainsForHas), (vec![true, true, false], vec![]));
}

#[test]
fn kql_guard() {
    let text = "query: |\n  T\n  | where @a // kql-guard:disable KQL002\n  // kql-guard:disable-next-line\n  | where \
                @b\n  | where @c // kql-guard:disable KQL003, KQL006\n";
    assert_eq!(run(text, Code::ContainsForHas), (vec![true, true, false], vec![]));
    let file = "query: |\n  @T\n  | where @a\n  // kql-guard:disable-file KQL002\nname: @x\n";
    assert_eq!(run(file, Code::ContainsForHas), (vec![true, true, false], vec![]));
}

#[test]
fn what_is_no_comment_silences_nothing() {
    for text in [
        "description: |\n  # palisade: allow unknown-tactic x\na: @1\n",
        "a: '@x # palisade: allow unknown-tactic x'\n",
        "query: |\n  print @x = \"// palisade: allow unknown-tactic x\"\n",
        "description: |\n  @x // palisade: allow unknown-tactic x\n",
        "# palisade: allowed are unknown-tactic and others\na: @1\n",
        "# see palisade: allow unknown-tactic x\na: @1\n",
    ] {
        assert_eq!(run(text, Code::UnknownTactic), (vec![false], vec![]), "{text}");
    }
}

#[test]
fn exceptions_have_problems_of_their_own() {
    for (comment, code) in [
        ("unknown-tactic fine", Code::UnusedException),
        ("unknown-tactic", Code::InvalidException),
        ("unknown-tactic -", Code::InvalidException),
        ("", Code::InvalidException),
        ("unknown-tactics fine", Code::InvalidException),
        ("duplicate-id fine", Code::InvalidException),
        ("unknown-tactic,duplicate-id fine", Code::InvalidException),
    ] {
        let text = format!("a: 1\n# palisade: allow {comment}\nb: 2\n");
        assert_eq!(run(&text, Code::UnknownTactic), (vec![], vec![code]), "{text}");
    }
    let quoted = "a: 1\nquery: \"T // palisade: allow unknown-tactic x\"\n";
    assert_eq!(run(quoted, Code::UnknownTactic), (vec![], vec![Code::InvalidException]));
}

#[test]
fn an_error_is_not_silenced_and_whoever_tried_is_told() {
    let text = "a: 1 # palisade: allow kql-syntax x\n";
    let mut sources = Sources::default();
    let file = sources.add("x.yaml", text);
    let documents = yaml::parse(file, text).unwrap_or_default();
    let (mut exceptions, mut problems) = (Exceptions::default(), Vec::new());
    exceptions.read(file, text, &documents, &mut problems);
    let problem = Diagnostic::new(Code::KqlSyntax, Span::start_of(file), "x");
    assert!(!exceptions.silence(&problem, true, &mut problems));
    assert!(!exceptions.silence(&problem, true, &mut problems), "the second time");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::InvalidException]);
    assert!(exceptions.unused(|_| false).is_empty());
}
