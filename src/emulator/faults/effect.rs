//! What a fault does to a request.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::edit::Edit;

/// What becomes of a request that meets a fault.
#[derive(Debug, Clone)]
pub(in crate::emulator) enum Effect {
    /// It waits.
    Latency(Duration),
    /// It is held until the fault is taken away or the time has passed, and goes on then.
    Hang { at: Side, at_most: Option<Duration> },
    /// It gets another answer.
    Answer { at: Side, answer: Refusal },
    /// Its connection is reset.
    Reset(Side),
    /// Its answer's body comes so many bytes at a time.
    Drip { bytes: usize, pause: Duration },
    /// Its answer's body ends after so many bytes, and the connection with it.
    Cut(usize),
    /// Its page leads on to somewhere else.
    NextLink(Pages),
    /// An empty page comes first, which leads on to the page that was asked for.
    EmptyPage,
    /// What it creates is not shown for a while.
    Invisible(Duration),
    /// Tokens are refused from this request on.
    Revoke(Tokens),
    /// Somebody else is faster.
    Edit(Edit),
    /// The emulator's clock is moved first.
    Clock(ClockMove),
}

impl Effect {
    /// Whether the request goes no further, so that later faults never see it.
    pub(super) fn ends(&self) -> bool {
        match self {
            Self::Reset(side) | Self::Answer { at: side, .. } => *side == Side::Before,
            Self::EmptyPage => true,
            _ => false,
        }
    }

    /// Whether only lists can meet it.
    pub(super) fn is_for_pages(&self) -> bool {
        match self {
            Self::NextLink(_) | Self::EmptyPage => true,
            Self::Edit(edit) => edit.torn,
            _ => false,
        }
    }
}

/// Before the request is looked at, or after what it asks for is done and durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) enum Side {
    #[default]
    Before,
    After,
}

/// An answer that says no.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) body: Body,
    pub(super) retry_after: Option<(Duration, RetryForm)>,
}

/// What the body of a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) enum Body {
    /// `{"error": {"code", "message"}}`
    #[default]
    Arm,
    /// A page of a gateway in between.
    Html,
    Empty,
    /// ARM's, without its second half: it came whole, and is no JSON.
    Broken,
}

/// How a refusal says how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) enum RetryForm {
    /// `Retry-After: 2`, rounded up.
    #[default]
    Seconds,
    /// `Retry-After` as an HTTP date, with a `Date` to measure it against.
    Date,
    /// `retry-after-ms`
    Ms,
    /// `x-ms-retry-after-ms`
    XMs,
}

/// Where the `nextLink` of a page leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum Pages {
    /// To the page itself.
    Loop,
    /// To another host.
    Host,
    /// To https from http, to http from https.
    Scheme,
    /// To the same place, with a user and a password in the address.
    Userinfo,
    /// To the next port.
    Port,
    /// To another workspace.
    Workspace,
    /// To this address.
    Address(String),
}

/// Which tokens are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) enum Tokens {
    /// The one that the request carries.
    This,
    /// Every one that was issued so far, and those that do not say when.
    Issued,
}

/// How the clock is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum ClockMove {
    To(Timestamp),
    Forward(Duration),
    Back(Duration),
}
