//! A fault as it is asked for: one flat object of keys, and what is made of it.

use std::time::Duration;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::effect::{Body, Effect, Pages, Refusal, RetryForm, Side, Tokens};
use super::span::{duration, moved};
use super::when::{Class, Pattern, Turn, When};

/// Why a fault or an edit can't be had. It names the key, the cause and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FaultError(String);

impl FaultError {
    pub(in crate::emulator) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// The keys of a fault. Those of the first block say which requests meet it; of the others, exactly one effect.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<Page>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,

    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hang: Option<Hang>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_form: Option<RetryForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drip: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    empty_page: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invisible: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoke: Option<Tokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit: Option<Edit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<String>,
}

/// Which pages of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Page {
    First,
    Next,
}

/// Without end, or for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Hang {
    Whether(bool),
    AtMost(String),
}

impl Spec {
    /// Which requests meet the fault.
    pub(super) fn when(&self) -> Result<When, FaultError> {
        let methods = self.method.as_deref().unwrap_or_default().split('|').filter(|name| !name.is_empty());
        Ok(When {
            methods: methods.map(method).collect::<Result<_, _>>()?,
            path: self.path.as_deref().map(Pattern::new).transpose()?,
            class: self.class.as_deref().map(class).transpose()?,
            subscription: self.subscription.clone(),
            workspace: self.workspace.clone(),
            principal: self.principal.clone(),
            goes_on: self.page.map(|page| page == Page::Next),
            turn: self.turn()?,
        })
    }

    fn turn(&self) -> Result<Turn, FaultError> {
        let refuse = |why: &str| Err(FaultError::new(why));
        if self.nth.is_some() && (self.after.is_some() || self.every.is_some() || self.times.is_some()) {
            return refuse("`nth` stands alone: it is short for `after` and `times=1`");
        }
        if self.nth == Some(0) || self.every == Some(0) {
            return refuse("`nth` and `every` count from 1");
        }
        let lot = match (self.share, self.seed) {
            (None, None) => None,
            (Some(share), Some(seed)) if (0.0..=1.0).contains(&share) => Some((share, seed)),
            (Some(_), Some(_)) => return refuse("`share` is a number from 0 to 1"),
            _ => return refuse("`share` and `seed` go together: nothing here is left to chance"),
        };
        let times = self.times.or(self.nth.map(|_| 1));
        let after = self.nth.map(|nth| nth - 1).or(self.after).unwrap_or(0);
        Ok(Turn { after, every: self.every.unwrap_or(1), times, lot })
    }

    /// What becomes of a request that meets the fault.
    pub(super) fn effect(&self) -> Result<Effect, FaultError> {
        let at = self.at.unwrap_or_default();
        let effects = [
            self.latency.as_deref().map(|time| duration("latency", time).map(Effect::Latency)),
            self.hang.as_ref().map(|hang| hang.at_most().map(|at_most| Effect::Hang { at, at_most })),
            self.status.map(|status| self.refusal(status).map(|answer| Effect::Answer { at, answer })),
            self.reset.map(|told| yes("reset", told).map(|()| Effect::Reset(at))),
            self.drip.map(|bytes| self.drip(bytes)),
            self.cut.map(|bytes| Ok(Effect::Cut(bytes))),
            self.next_link.as_deref().map(|link| pages(link).map(Effect::NextLink)),
            self.empty_page.map(|told| yes("emptyPage", told).map(|()| Effect::EmptyPage)),
            self.invisible.as_deref().map(|time| duration("invisible", time).map(Effect::Invisible)),
            self.revoke.map(|tokens| Ok(Effect::Revoke(tokens))),
            self.edit.as_ref().map(|edit| edit.check().map(|()| Effect::Edit(edit.clone()))),
            self.clock.as_deref().map(|text| moved(text).map(Effect::Clock)),
        ];
        let mut named = effects.into_iter().flatten();
        let effect = match (named.next(), named.next()) {
            (Some(effect), None) => effect?,
            (None, _) => return Err(FaultError::new(NO_EFFECT)),
            (Some(_), Some(_)) => {
                return Err(FaultError::new("a fault has one effect: ask for several faults to have several"));
            }
        };
        self.check_companions(&effect)?;
        Ok(effect)
    }

    /// A key that says nothing about this effect would be lost in silence.
    fn check_companions(&self, effect: &Effect) -> Result<(), FaultError> {
        let answers = matches!(effect, Effect::Answer { .. });
        let sides = answers || matches!(effect, Effect::Hang { .. } | Effect::Reset(_));
        let companions = [
            ("at", self.at.is_some(), sides, "status, hang or reset"),
            ("code", self.code.is_some(), answers, "status"),
            ("message", self.message.is_some(), answers, "status"),
            ("body", self.body.is_some(), answers, "status"),
            ("retryAfter", self.retry_after.is_some(), answers, "status"),
            ("retryForm", self.retry_form.is_some(), self.retry_after.is_some(), "retryAfter"),
            ("pause", self.pause.is_some(), matches!(effect, Effect::Drip { .. }), "drip"),
        ];
        match companions.iter().find(|(_, given, fits, _)| *given && !fits) {
            Some((key, _, _, with)) => Err(FaultError::new(format!("`{key}` goes with {with} only"))),
            None => Ok(()),
        }
    }

    fn refusal(&self, status: u16) -> Result<Refusal, FaultError> {
        let invalid = || FaultError::new(format!("`status`: {status} is not from 400 to 599"));
        let status = StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 400 && status.as_u16() < 600);
        let form = self.retry_form.unwrap_or_default();
        let pause = self.retry_after.as_deref().map(|time| duration("retryAfter", time)).transpose()?;
        Ok(Refusal {
            status: status.ok_or_else(invalid)?,
            code: self.code.clone(),
            message: self.message.clone(),
            body: self.body.unwrap_or_default(),
            retry_after: pause.map(|pause| (pause, form)),
        })
    }

    fn drip(&self, bytes: usize) -> Result<Effect, FaultError> {
        if bytes == 0 {
            return Err(FaultError::new(
                "`drip`: give the bytes that come at a time, 1 or more; nothing at all is `hang`",
            ));
        }
        let pause = self.pause.as_deref().map_or(Ok(Duration::from_millis(100)), |time| duration("pause", time))?;
        Ok(Effect::Drip { bytes, pause })
    }
}

const NO_EFFECT: &str = "a fault needs an effect: latency, hang, status, reset, drip, cut, nextLink, emptyPage, \
                         invisible, revoke, edit or clock";

impl Hang {
    fn at_most(&self) -> Result<Option<Duration>, FaultError> {
        match self {
            Self::Whether(told) => yes("hang", *told).map(|()| None),
            Self::AtMost(time) => duration("hang", time).map(Some),
        }
    }
}

fn yes(key: &str, told: bool) -> Result<(), FaultError> {
    if told { Ok(()) } else { Err(FaultError::new(format!("`{key}`: false asks for nothing; leave it out"))) }
}

fn method(name: &str) -> Result<Method, FaultError> {
    const METHODS: [Method; 6] = [Method::GET, Method::PUT, Method::DELETE, Method::POST, Method::PATCH, Method::HEAD];
    METHODS
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(name))
        .ok_or_else(|| FaultError::new(format!("`method`: `{name}` is no method of Resource Manager's")))
}

fn class(name: &str) -> Result<Class, FaultError> {
    match name {
        "reads" => Ok(Class::Reads),
        "writes" => Ok(Class::Writes),
        "deletes" => Ok(Class::Deletes),
        other => Err(FaultError::new(format!("`class`: `{other}` is neither reads, writes nor deletes"))),
    }
}

fn pages(link: &str) -> Result<Pages, FaultError> {
    Ok(match link {
        "loop" => Pages::Loop,
        "host" => Pages::Host,
        "scheme" => Pages::Scheme,
        "userinfo" => Pages::Userinfo,
        "port" => Pages::Port,
        "workspace" => Pages::Workspace,
        address if address.contains("://") => Pages::Address(address.to_owned()),
        other => {
            return Err(FaultError::new(format!(
                "`nextLink`: `{other}` is neither loop, host, scheme, userinfo, port, workspace nor an address"
            )));
        }
    })
}

#[cfg(test)]
#[path = "spec_tests.rs"]
mod tests;
