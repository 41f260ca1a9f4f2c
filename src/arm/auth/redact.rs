//! Text of other programs, without the tokens that may be in it.

/// How much of such a text is kept, in characters.
const LONGEST: usize = 2_000;

/// The text with every JSON Web Token (`eyJ…`) as `***`, and no longer than 2,000 characters.
///
/// Azure CLI's output that can't be parsed, or an answer of Entra ID's that is not as documented, can come back
/// in an error of azure_identity's with a token inside.
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    // The head of every JWT is a JSON object: `{"` is `eyJ` in base64.
    while let Some(at) = rest.find("eyJ") {
        let (before, token) = rest.split_at(at);
        clean.push_str(before);
        clean.push_str("***");
        let end = token
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=' | '+' | '/')))
            .unwrap_or(token.len());
        rest = token.split_at(end).1;
    }
    clean.push_str(rest);
    match clean.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", clean.split_at(cut).0),
        None => clean,
    }
}

/// An error with all of its causes, each once, redacted: azure_core's own text stops at "failed to execute".
pub(in crate::arm) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    redact(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_and_the_rest_stays() {
        assert_eq!(
            redact(r#"bad {"accessToken":"eyJhbGci.eyJhdWQi.c2ln-_"} and eyJx"#),
            r#"bad {"accessToken":"***"} and ***"#
        );
        assert_eq!(redact("AADSTS700016: no such application"), "AADSTS700016: no such application");
        assert_eq!(redact(&"é".repeat(3_000)).chars().count(), LONGEST + 1);
    }
}
