//! Which brackets belong together, for a parser that misses one.

use super::super::lexer::{Punct, Token, TokenKind};

/// The innermost bracket that is open at each token, and where it closes.
pub(super) struct Brackets {
    /// For each token the index of the token that closes the innermost bracket around it; 0 if none does.
    close_around: Vec<u32>,
}

impl Brackets {
    /// Pairs the brackets of a source. One that closes nothing is passed over; of those that never close, nothing is
    /// around what follows.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut closes = vec![0u32; tokens.len()];
        let mut around = vec![0u32; tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let TokenKind::Punct(punct) = token.kind else { continue };
            match punct {
                Punct::OpenParen | Punct::OpenBracket | Punct::OpenBrace => open.push(at),
                Punct::CloseParen | Punct::CloseBracket | Punct::CloseBrace => {
                    let pair = open.pop_if(|from| opens(tokens[*from].kind) == Some(punct));
                    if let Some(from) = pair {
                        closes[from] = at as u32;
                    }
                }
                // No bracket spans two statements, but the braces of a function.
                Punct::Semicolon => {
                    while open.last().is_some_and(|from| tokens[*from].kind != TokenKind::Punct(Punct::OpenBrace)) {
                        open.pop();
                    }
                }
                _ => {}
            }
        }
        open.clear();
        for (at, token) in tokens.iter().enumerate() {
            // Only pairs are nested, so those that close come off in order.
            while open.last().is_some_and(|from| (closes[*from] as usize) < at) {
                open.pop();
            }
            around[at] = open.last().map_or(0, |from| closes[*from]);
            if opens(token.kind).is_some() && closes[at] > 0 {
                open.push(at);
            }
        }
        Self { close_around: around }
    }

    /// The token that closes the innermost bracket around a token, itself included.
    pub(super) fn close_around(&self, at: usize) -> Option<usize> {
        self.close_around.get(at).map(|close| *close as usize).filter(|close| *close > 0)
    }
}

fn opens(kind: TokenKind) -> Option<Punct> {
    match kind {
        TokenKind::Punct(Punct::OpenParen) => Some(Punct::CloseParen),
        TokenKind::Punct(Punct::OpenBracket) => Some(Punct::CloseBracket),
        TokenKind::Punct(Punct::OpenBrace) => Some(Punct::CloseBrace),
        _ => None,
    }
}
