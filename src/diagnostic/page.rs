//! The page about a code: prose, then what is wrong and what is right.

/// A page, split into its parts.
///
/// ```text
/// Why it matters, in Markdown.
///
/// ## Bad
///
/// (fenced YAML)
///
/// ## Good
///
/// (fenced YAML)
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<'p> {
    /// Why it matters and what to do, in Markdown.
    pub explanation: &'p str,
    /// Files that have the problem and no other; none where no text can show it.
    pub bad: Vec<Example<'p>>,
    /// The same files without it.
    pub good: Vec<Example<'p>>,
}

/// One file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example<'p> {
    /// Its path in a project, if it matters.
    pub path: Option<&'p str>,
    /// Whether it is all of the file. Else keys that are not shown are those of an ordinary rule.
    pub whole: bool,
    /// What is in it.
    pub text: &'p str,
}

impl<'p> Page<'p> {
    /// Splits a page.
    pub fn read(source: &'p str) -> Self {
        let (explanation, examples) = source.split_once("\n## Bad\n").unwrap_or((source, ""));
        let (bad, good) = examples.split_once("\n## Good\n").unwrap_or((examples, ""));
        Self { explanation: explanation.trim(), bad: fences(bad), good: fences(good) }
    }
}

/// The fenced blocks of a text. Their info string is `yaml`, then a path, then `whole`, each of the last two optional.
fn fences(text: &str) -> Vec<Example<'_>> {
    let mut parts = text.split("\n```");
    let mut found = Vec::new();
    parts.next();
    while let (Some(block), closing) = (parts.next(), parts.next()) {
        let (info, text) = block.split_once('\n').unwrap_or((block, ""));
        let words = || info.split_whitespace().skip(1);
        found.push(Example {
            path: words().find(|word| *word != "whole"),
            whole: words().any(|word| word == "whole"),
            text,
        });
        if closing.is_none() {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_prose_and_examples() {
        let page = Page::read(
            "Why.\n\nMore.\n\n## Bad\n\n```yaml\na: 1\nb: 2\n```\n\n## Good\n\n```yaml rules/a.yaml whole\na: 2\n```\n\n\
             ```yaml rules/b.yaml\nb: 2\n```\n",
        );
        assert_eq!(page.explanation, "Why.\n\nMore.");
        assert_eq!(page.bad, [Example { path: None, whole: false, text: "a: 1\nb: 2" }]);
        assert_eq!(
            page.good,
            [
                Example { path: Some("rules/a.yaml"), whole: true, text: "a: 2" },
                Example { path: Some("rules/b.yaml"), whole: false, text: "b: 2" },
            ]
        );
        assert_eq!(Page::read("Why.\n").bad, []);
    }
}
