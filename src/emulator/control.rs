//! The endpoints under `/_emulator/`: faults, edits, the clock, the log and the state, for whoever tests against the
//! emulator.
//!
//! They ask for no bearer. They answer a peer on loopback that names the server by a loopback name, and no browser's
//! page: see [`check`].

use http::header::ORIGIN;
use http::{HeaderMap, Method, StatusCode, Uri};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Emulator;
use super::answer::{Answer, ArmError};
use super::faults::{ClockMove, Edit, Fault, duration};
use super::location::query;
use super::seed::{SeedText, Seeded};
use crate::arm::transport::Request;

const ROOT: &str = "/_emulator/";
/// Requests in one answer, where no other number is asked for.
const TOP: usize = 1_000;

/// Whether a path is one of these endpoints.
pub(super) fn is_control(path: &str) -> bool {
    path.starts_with(ROOT)
}

/// Refuses whoever is not on this machine, and pages of other sites that a browser on this machine shows.
///
/// # Errors
///
/// 403: the peer is not on loopback (`is_local`), the request names the server otherwise (a name that somebody pointed at loopback:
/// DNS rebinding), or it carries an `Origin`, as a browser's do.
pub(super) fn check(is_local: bool, uri: &Uri, headers: &HeaderMap) -> Result<(), ArmError> {
    let refuse = |why: &str| Err(ArmError::new(StatusCode::FORBIDDEN, "Forbidden", why));
    if !is_local {
        return refuse("The emulator's own endpoints answer on loopback only.");
    }
    if !uri.host().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&&*host.to_ascii_lowercase())) {
        return refuse("The emulator's own endpoints are asked by localhost, 127.0.0.1 or [::1].");
    }
    if headers.contains_key(ORIGIN) {
        return refuse("The emulator's own endpoints answer no page in a browser.");
    }
    Ok(())
}

/// How the clock is to be moved: one of the three.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Clock {
    Set(String),
    Advance(String),
    Back(String),
}

/// One fault, or several that are asked for together.
#[derive(Debug)]
struct Faults(Vec<Fault>);

/// Answers a request to one of these endpoints.
pub(super) async fn answer(emulator: &Emulator, request: &Request) -> Answer {
    outcome(emulator, request).await.unwrap_or_else(Answer::from)
}

async fn outcome(emulator: &Emulator, request: &Request) -> Result<Answer, ArmError> {
    let path = request.uri().path().strip_prefix(ROOT).unwrap_or_default();
    let ok = |body: Value| Ok(Answer::new(StatusCode::OK, body.to_string()));
    match (request.method(), path) {
        (&Method::GET, "health") => ok(json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "now": emulator.now().to_string(),
            "requests": emulator.log().last(),
            "faults": emulator.faults().len(),
        })),
        (&Method::GET, "requests") => {
            let number = |name: &str| -> Result<Option<u64>, ArmError> {
                let Some(text) = query(request.uri(), name) else { return Ok(None) };
                let invalid = |_| ArmError::bad_request(format!("`{name}`: `{text}` is no number."));
                text.parse().map(Some).map_err(invalid)
            };
            let top = number("top")?.map_or(TOP, |top| usize::try_from(top).unwrap_or(usize::MAX));
            let requests = emulator.requests_after(number("after")?.unwrap_or(0), top);
            ok(json!({"value": requests, "last": emulator.log().last()}))
        }
        (&Method::DELETE, "requests") => {
            emulator.forget_requests();
            ok(json!({}))
        }
        (&Method::GET, "faults") => ok(json!({"value": emulator.faults()})),
        (&Method::POST, "faults") => {
            let Faults(faults) = faults(request)?;
            let ids: Vec<u64> = faults.into_iter().map(|fault| emulator.inject(fault)).collect();
            let injected: Vec<_> = emulator.faults().into_iter().filter(|one| ids.contains(&one.id)).collect();
            Ok(Answer::new(StatusCode::CREATED, json!({"value": injected}).to_string()))
        }
        (&Method::DELETE, "faults") => {
            emulator.clear_faults();
            ok(json!({}))
        }
        (&Method::GET, "clock") => ok(json!({"now": emulator.now().to_string()})),
        (&Method::POST, "clock") => {
            emulator.move_clock(clock(&body(request)?)?);
            ok(json!({"now": emulator.now().to_string()}))
        }
        (&Method::POST, "edit") => {
            let edit: Edit = body(request)?;
            emulator.edit(&edit).await.map_err(|why| ArmError::bad_request(why.to_string()))?;
            ok(json!({}))
        }
        (&Method::POST, "seed") => {
            let text = std::str::from_utf8(request.body())
                .map_err(|why| ArmError::bad_request(format!("The body is not UTF-8: {why}")))?;
            let text = SeedText { name: "body".to_owned(), text: text.to_owned() };
            let seeded = emulator.sow(&[text]).await.map_err(|why| ArmError::bad_request(why.to_string()))?;
            let Seeded { workspaces, written, kept } = seeded;
            ok(json!({"workspaces": workspaces, "written": written, "kept": kept}))
        }
        (&Method::GET, "snapshot") => ok(emulator.snapshot()),
        (method, path) => match path.strip_prefix("faults/").map(str::parse::<u64>) {
            Some(Ok(id)) if *method == Method::DELETE && emulator.remove_fault(id) => ok(json!({})),
            Some(Ok(id)) if *method == Method::DELETE => Err(missing(format!("There is no fault {id}."))),
            _ => Err(missing(format!("The emulator answers no {method} of '{ROOT}{path}'."))),
        },
    }
}

fn missing(message: String) -> ArmError {
    ArmError::new(StatusCode::NOT_FOUND, "NotFound", message)
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, ArmError> {
    serde_json::from_slice(request.body()).map_err(|why| ArmError::bad_request(format!("The body is refused: {why}")))
}

/// An object or a list of them; if one is refused, none is taken. A fault may also be text in its compact form.
fn faults(request: &Request) -> Result<Faults, ArmError> {
    let body: Value = body(request)?;
    let list = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    let read = |(at, fault): (usize, Value)| {
        Fault::read(fault).map_err(|why| ArmError::bad_request(format!("Fault {} is refused: {why}", at + 1)))
    };
    list.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Faults)
}

fn clock(clock: &Clock) -> Result<ClockMove, ArmError> {
    let length = |text: &str| duration("clock", text).map_err(|why| ArmError::bad_request(why.to_string()));
    match clock {
        Clock::Advance(by) => length(by).map(ClockMove::Forward),
        Clock::Back(by) => length(by).map(ClockMove::Back),
        Clock::Set(to) => to
            .parse::<Timestamp>()
            .map(ClockMove::To)
            .map_err(|why| ArmError::bad_request(format!("`set`: `{to}` is no moment in RFC 3339: {why}"))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn strangers_and_pages_are_refused() {
        let refused = |is_local: bool, uri: &str, origin: bool| {
            let mut headers = HeaderMap::new();
            if origin {
                headers.insert(ORIGIN, "null".parse().unwrap());
            }
            check(is_local, &uri.parse().unwrap(), &headers).is_err()
        };
        for host in ["localhost", "LOCALHOST:8443", "127.0.0.1:1", "[::1]:8443"] {
            assert!(!refused(true, &format!("http://{host}/_emulator/health"), false), "{host}");
        }
        for host in ["rebound.attacker.example", "localhost.attacker.example:8443", "127.0.0.1.nip.io", "10.0.0.1"] {
            assert!(refused(true, &format!("http://{host}/_emulator/health"), false), "{host}");
        }
        assert!(refused(false, "http://localhost/_emulator/health", false));
        assert!(refused(true, "http://localhost/_emulator/health", true));
    }
}
