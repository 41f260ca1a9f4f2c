//! What differs from run to run, put in brackets: the folder, ports, times of the run, digests, etags, correlation ids, the version.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

/// Progress as any other run would print it: writes are in flight together and end in any order.
pub(crate) fn progress(text: &str) -> String {
    // `contoso 2/3 applied Log cleared`
    let counted = |line: &str| {
        let (workspace, rest) = line.split_once(' ')?;
        let (counter, rest) = rest.split_once(' ')?;
        let (done, all) = counter.split_once('/')?;
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (number(done) && number(all)).then(|| format!("{workspace} [N]/{all} {rest}"))
    };
    let mut lines: Vec<(bool, String)> = text
        .split_inclusive('\n')
        .map(|line| counted(line).map_or((false, line.to_owned()), |counted| (true, counted)))
        .collect();
    lines.chunk_by_mut(|a, b| a.0 && b.0).for_each(<[_]>::sort);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The text of a run as any other run would print it.
pub(crate) fn scrub(text: &str, root: &Path) -> String {
    let outside = root.parent().unwrap();
    let mut text = text.replace(concat!("palisade ", env!("CARGO_PKG_VERSION")), "palisade [VERSION]");
    for (path, name) in [(root, "[PROJECT]"), (outside, "[OUTSIDE]")] {
        let path = path.display().to_string();
        text = text.replace(&path.replace('\\', "\\\\"), name).replace(&path, name);
    }
    let mut scrubbed = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        let correlates = ["correlation id ", "\"correlation_id\": \""].iter().any(|before| scrubbed.ends_with(before));
        scrubbed.push_str(if correlates { "[UUID]" } else { scrubbed_word(word).unwrap_or(word) });
        let length = after.find(is_word).unwrap_or(after.len());
        let (gap, after) = after.split_at(length);
        scrubbed.push_str(gap);
        rest = after;
    }
    scrubbed
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-:.".contains(c)
}

fn scrubbed_word(word: &str) -> Option<&'static str> {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(port) = word.strip_prefix("127.0.0.1:") {
        return Some(if port.ends_with(':') { "[ADDRESS]:" } else { "[ADDRESS]" });
    }
    if word.len() == 64 && hex(word) {
        return Some("[SHA256]");
    }
    if word.len() == 36 && word.get(8..24) == Some("-0000-0100-0000-") && hex(&word[24..]) {
        return Some("[ETAG]");
    }
    // Only times of this run: one that a rule carries is part of the case.
    let time: Timestamp = word.strip_suffix('.').unwrap_or(word).parse().ok()?;
    let age = Timestamp::now().duration_since(time);
    (age.abs() < SignedDuration::from_mins(10)).then_some("[NOW]")
}

#[test]
fn only_what_differs_is_scrubbed() {
    let (root, now) = (Path::new("/tmp/x/project"), Timestamp::now());
    let text = format!(
        "correlation id f7d22f7d-cbb6-4556-8a3f-6b9ffbce5383, \"created\": \"{now}\", at 2026-11-01T08:00:00Z in /tmp/x/project/a.yaml and /tmp/x/b\n\
         http://127.0.0.1:40123/x \"00000001-0000-0100-0000-69c3928d0000\" {}\n",
        "0a".repeat(32),
    );
    let expected = "correlation id [UUID], \"created\": \"[NOW]\", at 2026-11-01T08:00:00Z in [PROJECT]/a.yaml and [OUTSIDE]/b\n\
                    http://[ADDRESS]/x \"[ETAG]\" [SHA256]\n";
    assert_eq!(scrub(&text, root), expected);
}

#[test]
fn progress_has_no_order() {
    let text = "reading a\na 1/2 applied Two\na 2/2 applied One\nerror: x\n";
    assert_eq!(progress(text), "reading a\na [N]/2 applied One\na [N]/2 applied Two\nerror: x\n");
}
