//! Faults on demand: what goes wrong, with which requests, and how often.
//!
//! A [`Fault`] is plain data: which requests it is for, how many of them it lets pass, and one effect. It is asked for
//! by [`Emulator::inject`](super::Emulator::inject), by `POST /_emulator/faults`, or by `palisade emulator --fault`;
//! all three read the same keys. Which request meets which fault is decided here, from the request and from counters
//! alone: the same requests in the same order meet the same faults.
//!
//! ```text
//! PUT alertRules/* every=7 status=503 retry-after=2s
//! {"method": "PUT", "path": "alertRules/*", "every": 7, "status": 503, "retryAfter": "2s"}
//! ```

mod armed;
mod body;
mod compact;
mod edit;
mod effect;
mod hidden;
mod links;
mod revoked;
mod span;
mod spec;
mod when;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use armed::Injected;
pub use edit::{Correlation, Edit};
pub use spec::FaultError;

pub(super) use armed::{Armed, Met};
pub(super) use body::{FaultAnswer, answer as fault_answer, expired, http_date};
pub(super) use edit::Left;
pub(super) use effect::{ClockMove, Effect, Side};
pub(super) use hidden::Hidden;
pub(super) use links::{empty_page, relinked};
pub(super) use revoked::Revoked;
pub(super) use span::duration;
pub(super) use when::Seen;

use spec::Spec;
use when::When;

/// One fault: which requests it is for, and what becomes of them.
///
/// Made from its compact form (`"PUT every=7 status=503".parse()`) or from a JSON object with the same keys; see
/// `docs/faults.md` for all of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Spec", into = "Spec")]
pub struct Fault {
    /// As it was asked for.
    spec: Spec,
    when: When,
    effect: Effect,
}

impl Fault {
    /// Reads a fault: an object of keys, or text in the compact form.
    ///
    /// # Errors
    ///
    /// The key that is wrong, and why.
    pub fn read(value: Value) -> Result<Self, FaultError> {
        match value {
            Value::String(compact) => compact.parse(),
            object => serde_json::from_value(object).map_err(|why| FaultError::new(why.to_string())),
        }
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}

impl TryFrom<Spec> for Fault {
    type Error = FaultError;

    fn try_from(spec: Spec) -> Result<Self, FaultError> {
        let (when, effect) = (spec.when()?, spec.effect()?);
        Ok(Self { spec, when, effect })
    }
}

impl From<Fault> for Spec {
    fn from(fault: Fault) -> Self {
        fault.spec
    }
}

impl std::str::FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        Self::read(compact::keys(text)?)
    }
}
