//! Name patterns: `*` is any text, `?` any one character, all else itself; case does not matter.

/// A pattern, folded once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    folded: Vec<char>,
}

impl Pattern {
    /// Every text is a pattern.
    pub fn new(text: &str) -> Self {
        Self { folded: text.to_lowercase().chars().collect() }
    }

    /// Whether the whole of `text` fits. Takes time of at most pattern times text.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.to_lowercase().chars().collect();
        let pattern = &self.folded;
        let (mut p, mut t) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            match pattern.get(p) {
                Some('*') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(&c) if c == '?' || c == text[t] => {
                    p += 1;
                    t += 1;
                }
                _ => {
                    let Some((at, from)) = star else { return false };
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
            }
        }
        pattern[p..].iter().all(|&c| c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn only_star_and_question_mark_are_special() {
        for (pattern, text, fits) in [
            ("Brute force*", "brute FORCE against RDP", true),
            ("*", "", true),
            ("**", "anything", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[ab]*", "a", false),
            ("[ab]*", "[AB] x", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("é*", "École", true),
            ("É*", "école", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} on {text}");
        }
    }
}
