//! Hostile files: each is refused by name, or harmless.

use std::fs::{self, File};

use crate::project::Project;

const RULE: &str = "id: 4f5a6a4e-0f0e-4d4c-8b8a-1a2b3c4d5e6f\nname: A rule\nkind: Scheduled\nseverity: Low\n\
                    query: SecurityEvent\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\n\
                    triggerThreshold: 0\n";

#[test]
fn aliases_do_not_blow_up() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        bomb += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    }
    Project::of(&bomb).refused("yaml-budget", "x.yaml");
    // The same in keys, where an alias is a whole mapping.
    let mut bomb = String::from("a0: &a0 {k: x}\n");
    for n in 1..40 {
        bomb += &format!("a{n}: &a{n} {{k: *a{0}, l: *a{0}}}\n", n - 1);
    }
    Project::of(&bomb).refused("yaml-budget", "x.yaml");
    // No alias at all: each anchor keeps a copy of all that is below it.
    let items = "\"\\x41\", ".repeat(40_000);
    Project::of(format!("{}{items}{}", "&a [".repeat(40), "]".repeat(40))).refused("yaml-budget", "x.yaml");
}

#[test]
fn depth_is_bounded() {
    for text in [
        "[".repeat(100_000),
        "- ".repeat(40_000),
        "{a: ".repeat(100_000),
        format!("{}{}", "{a: [".repeat(1_000), "]}".repeat(1_000)),
        "? ".repeat(40_000),
        (0..1_400).map(|n| format!("{}a:\n", " ".repeat(n))).collect(),
    ] {
        let verdict = Project::of(&text).check();
        assert_eq!(verdict.exit, 3, "{}", verdict.text);
        assert!(verdict.text.contains("--> x.yaml:"), "{}", verdict.text);
    }
}

#[test]
fn size_is_bounded() {
    let project = Project::new();
    // Sparse: it takes no room on the disk, and nobody may read it to find out.
    File::create(project.path("x.yaml")).unwrap().set_len(100 << 20).unwrap();
    project.refused("file-too-large", "x.yaml");
    let comment = |bytes: usize| format!("#{}\n", "x".repeat(bytes - 2));
    Project::of(comment((1 << 20) + 1)).refused("file-too-large", "x.yaml");
    Project::of(comment(1 << 20)).accepted();
    let project = Project::new();
    File::create(project.path("palisade.yaml")).unwrap().set_len(100 << 20).unwrap();
    project.refused("file-too-large", "palisade.yaml");
}

/// Comments that silence are read in time that grows with the file alone.
#[test]
fn exceptions_are_bounded() {
    let allow = "palisade: allow contains-for-has x\n";
    Project::of(format!("{}{RULE}", format!("# {allow}").repeat(20_000))).accepted();
    let query = format!("query: |\n{}", format!("  T // {allow}").repeat(20_000));
    Project::of(RULE.replace("query: SecurityEvent\n", &query)).refused("query-length", "x.yaml");
    Project::of("x: [&a [1]]\n# palisade: allow x\n---\n".repeat(5_000)).accepted();
}

#[test]
fn only_text_is_read() {
    for bytes in [
        &b"name: a\0b\n"[..],
        b"\0",
        b"name: \xff\xfe\n",
        b"name: \xc3\x28\n",
        b"\xff\xfen\0a\0m\0e\0:\0 \0x\0",
        b"name: \x1b[2Jx\n",
        b"name: \xed\xa0\x80\n",
    ] {
        Project::of(bytes).refused("file-not-text", "x.yaml");
    }
}

#[test]
fn a_byte_order_mark_counts_only_at_the_begin() {
    Project::of(format!("\u{feff}{RULE}")).accepted();
    let verdict = Project::of(RULE.replace("A rule", "A\u{feff}rule")).check();
    assert!(verdict.text.contains("[hidden-character]"), "{}", verdict.text);
    let verdict = Project::of(RULE.replace("kind:", "\u{feff}kind:")).check();
    assert!(!verdict.text.starts_with("Checked"), "the key with a mark in it is named: {}", verdict.text);
}

#[test]
fn a_key_given_twice_is_refused() {
    Project::of(format!("{RULE}severity: High\n")).refused("duplicate-key", "x.yaml");
    Project::of(format!("{RULE}\"severity\": High\n")).refused("duplicate-key", "x.yaml");
}

#[test]
fn many_keys_take_no_quadratic_time() {
    let keys = |n: usize| (0..n).map(|n| format!("key-{n}: 1\n")).collect::<String>();
    Project::of(keys(100_000).replace("key-", "")).refused("yaml-budget", "x.yaml");
    Project::of(keys(24_000)).accepted();
    let verdict = Project::of(format!("{RULE}{}", keys(20_000))).check();
    assert!(verdict.text.contains("x.yaml"), "{}", verdict.text);
}

#[test]
fn tags_make_nothing() {
    for tag in ["!!python/object/apply:os.system", "!<tag:yaml.org,2002:binary>", "!ruby/object:Gem", "!x"] {
        let verdict = Project::of(RULE.replace("SecurityEvent", &format!("{tag} SecurityEvent"))).check();
        assert!(matches!(verdict.exit, 0 | 3), "{}", verdict.text);
    }
    Project::of("a: !nowhere!x y\n").refused("yaml-syntax", "x.yaml");
}

#[test]
fn a_very_long_line_is_no_trouble() {
    Project::of(format!("name: {}\n", "x".repeat(1_000_000))).accepted();
    // Each of these is shown with its line.
    Project::of(format!("name: {}: x\n", "é ".repeat(300_000))).refused("yaml-syntax", "x.yaml");
    Project::of(format!("{RULE}{}: x\n", "k".repeat(1_000)).replace("Low", &"x".repeat(900_000)))
        .refused("invalid-value", "x.yaml");
    Project::of(RULE.replace("SecurityEvent", &"x".repeat(1_000_000))).refused("query-length", "x.yaml");
}

#[test]
fn many_problems_in_one_file_end_in_time() {
    let documents = vec!["kind: Scheduled\nquery: x\nseverity: y\ntactics: [a, b]\n"; 4_000].join("---\n");
    Project::of(documents).refused("id-missing", "x.yaml");
}

#[test]
fn one_bad_file_does_not_hide_another() {
    let project = Project::of("a: [");
    fs::write(project.path("y.yaml"), b"\xff").unwrap();
    fs::write(project.path("z.yaml"), format!("{RULE}severity: Low\n")).unwrap();
    project.refused("yaml-syntax", "x.yaml");
    project.refused("file-not-text", "y.yaml");
    project.refused("duplicate-key", "z.yaml");
}
