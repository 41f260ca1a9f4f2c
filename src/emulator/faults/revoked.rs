//! Tokens that are refused.

use std::collections::BTreeSet;

use http::HeaderMap;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::effect::Tokens;
use crate::emulator::principal::bearer;
use crate::emulator::token::Claims;

/// Tokens that are refused: some by themselves, others by when they were issued.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Revoked {
    /// Digests, since a token is kept nowhere.
    tokens: BTreeSet<[u8; 32]>,
    /// Unix seconds: what was issued before then, and what does not say when.
    before: Option<i64>,
}

impl Revoked {
    /// Refuses the token of a request, or all that were issued until `now`.
    pub(in crate::emulator) fn revoke(&mut self, which: Tokens, headers: &HeaderMap, now: Timestamp) {
        self.tokens.extend(bearer(headers).map(digest));
        if which == Tokens::Issued {
            self.before = Some(now.as_second());
        }
    }

    pub(in crate::emulator) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether a request's token is refused. Without a token nothing is: that is not ours to judge.
    pub(in crate::emulator) fn refuses(&self, headers: &HeaderMap) -> bool {
        let Some(token) = bearer(headers).filter(|_| self.before.is_some() || !self.tokens.is_empty()) else {
            return false;
        };
        self.tokens.contains(&digest(token))
            || self.before.is_some_and(|before| Claims::read(token).is_none_or(|claims| claims.iat < before))
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::header::AUTHORIZATION;

    fn carrying(token: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().unwrap())])
    }

    fn issued_at(second: i64) -> HeaderMap {
        carrying(&Claims { iat: second, ..Claims::default() }.token())
    }

    #[test]
    fn one_token_or_all_that_were_issued() {
        let mut revoked = Revoked::default();
        assert!(!revoked.refuses(&carrying("a")));
        revoked.revoke(Tokens::This, &carrying("a"), Timestamp::UNIX_EPOCH);
        assert!(
            revoked.refuses(&carrying("a")) && !revoked.refuses(&carrying("b")) && !revoked.refuses(&HeaderMap::new())
        );
        revoked.revoke(Tokens::Issued, &carrying("a"), Timestamp::from_second(100).unwrap());
        assert!(
            revoked.refuses(&carrying("b")) && revoked.refuses(&issued_at(99)) && !revoked.refuses(&issued_at(100))
        );
        revoked.clear();
        assert!(!revoked.refuses(&carrying("a")));
    }
}
