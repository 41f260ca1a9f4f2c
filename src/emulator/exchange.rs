//! One request's way through the emulator: the faults that it meets, its sender, the throttle, the call, the log.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use uuid::Uuid;

use super::answer::{Answer, ArmError};
use super::call::{Call, LARGEST_BODY, too_large};
use super::course::Course;
use super::entra::Surroundings;
use super::faults::FaultAnswer;
use super::inventory::Inventory;
use super::log::{Entry, Noted};
use super::origin::origin;
use super::principal::Caller;
use super::route::{Open, Route};
use super::throttle::{Class, Operation, Taken};
use super::{Emulator, gate, management, resource_graph};
use crate::arm::transport::{Request, Response, TransportError};

const CORRELATION: &str = "x-ms-correlation-request-id";

/// An answer, and how it leaves.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) response: Response,
    pub(super) delivery: Delivery,
}

/// How an answer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Whole,
    /// So many bytes of the body at a time.
    Drip {
        bytes: usize,
        pause: Duration,
    },
    /// So many bytes of the body, and then the end of the connection.
    Cut(usize),
    /// Not at all: the connection is reset.
    Reset,
}

impl Exchange {
    /// What a client in this process gets of it: what our own HTTP client makes of the same over a socket.
    pub(super) async fn received(self) -> Result<Response, TransportError> {
        let unanswered = |why: &str| Err(TransportError::Unanswered(why.to_owned()));
        match self.delivery {
            Delivery::Whole => Ok(self.response),
            Delivery::Drip { bytes, pause } => {
                let times = self.response.body().len().div_ceil(bytes.max(1));
                tokio::time::sleep(pause.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX))).await;
                Ok(self.response)
            }
            Delivery::Cut(_) => unanswered("the connection was closed before the answer was whole"),
            Delivery::Reset => unanswered("the connection was reset"),
        }
    }
}

/// What is said to a request, and by whom.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) answer: Answer,
    /// What the buckets say, where they were asked.
    pub(super) taken: Option<Taken>,
    /// Whether its sender was not let in: the answer says how to get a token.
    pub(super) is_refused: bool,
    /// The fault that says it.
    pub(super) fault: Option<FaultAnswer>,
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Self {
        Self { answer, taken: None, is_refused: false, fault: None }
    }
}

impl Said {
    fn refusal(error: ArmError) -> Self {
        Self { is_refused: error.status == StatusCode::UNAUTHORIZED, ..Answer::from(error).into() }
    }
}

impl Emulator {
    /// Answers a request whose URI is absolute.
    ///
    /// A token is read where there is one, and checked where the emulator is strict; only the server asks for one. A
    /// write that has reached the writer is done even if the returned future is dropped.
    pub(super) async fn exchange(&self, mut request: Request) -> Exchange {
        let caller = Caller::of(request.headers());
        let by = Arc::clone(&caller.by);
        let entry = Entry::begin(&self.0.log, Noted::request(&request, by.system_name(), self.now()));
        if !self.0.options.latency.is_zero() {
            tokio::time::sleep(self.0.options.latency).await;
        }
        let route = Route::of(request.uri().path());
        if !self.is_troubled() {
            let said = self.said(&request, route, caller, &entry).await;
            return Exchange { response: self.respond(&request, said, entry), delivery: Delivery::Whole };
        }
        let Course { early, is_reset, late } =
            self.before(&mut request, route.as_ref().ok(), (by.system_name(), &entry)).await;
        let mut said = match early {
            _ if is_reset => return self.lost(entry),
            Some(early) => early,
            None => self.said(&request, route, caller, &entry).await,
        };
        let delivery = self.after(&request, late, &mut said).await;
        if delivery == Delivery::Reset {
            return self.lost(entry);
        }
        Exchange { response: self.respond(&request, said, entry), delivery }
    }

    /// Nothing is said: the connection is reset.
    fn lost(&self, entry: Entry) -> Exchange {
        entry.end(0, self.now());
        Exchange { response: Response::default(), delivery: Delivery::Reset }
    }

    /// What is said to a request that no fault has answered.
    async fn said(&self, request: &Request, route: Result<Route, ArmError>, caller: Caller, entry: &Entry) -> Said {
        if let Ok(Route::Open(page)) = &route {
            return self.open_page(page, request).unwrap_or_else(Answer::from).into();
        }
        let caller = match self.admitted(request, route.as_ref().ok(), caller) {
            Ok(caller) => caller,
            Err(error) => return Said::refusal(error),
        };
        let taken = self.take(request, route.as_ref().ok(), &caller);
        let outcome = match (taken.retry_after, route) {
            (Some(_), _) => Err(taken.refusal()),
            (None, Err(error)) => Err(error),
            (None, Ok(route)) => self.outcome(request, route, caller, entry).await,
        };
        Said { taken: Some(taken), ..outcome.unwrap_or_else(Answer::from).into() }
    }

    async fn outcome(
        &self,
        request: &Request,
        route: Route,
        caller: Caller,
        entry: &Entry,
    ) -> Result<Answer, ArmError> {
        let (now, options) = (self.now(), &self.0.options);
        if request.body().len() > LARGEST_BODY {
            return Err(too_large());
        }
        let state = self.0.published.get();
        match route {
            Route::Insights(location) => match Call::of(request, location, options)? {
                Call::Read(read) => {
                    entry.note(|noted| noted.seen = state.serial);
                    read.answer(&state, request.uri(), now, options)
                }
                Call::Write(write) => {
                    drop(state);
                    self.0.writer.write(*write, caller.by, now, Some(entry.clone())).await
                }
            },
            Route::Management(place) => {
                let inventory = Inventory::new(&state, options.strict);
                management::answer(request, &place, inventory, &caller, options.page)
            }
            Route::ResourceGraph => {
                resource_graph::answer(request, Inventory::new(&state, options.strict), &caller, now)
            }
            Route::Open(page) => self.open_page(&page, request),
        }
    }

    /// Answers a page that asks for no token.
    fn open_page(&self, page: &Open, request: &Request) -> Result<Answer, ArmError> {
        match page {
            Open::Endpoints => management::endpoints::answer(request),
            Open::Entra(page) => {
                let (strict, lifetime) = (self.0.options.strict, self.0.options.token_lifetime);
                let tenants = strict.then(|| Inventory::new(&self.0.published.get(), strict).tenants());
                page.answer(request, &Surroundings { tenants, now: self.now(), lifetime })
            }
        }
    }

    /// Whether a path is answered without a token.
    pub(super) fn is_open(path: &str) -> bool {
        matches!(Route::of(path), Ok(Route::Open(_)))
    }

    /// Lets the sender of a request in, or not.
    fn admitted(&self, request: &Request, route: Option<&Route>, caller: Caller) -> Result<Caller, ArmError> {
        if !self.0.options.strict {
            return Ok(caller);
        }
        let state = self.0.published.get();
        let subscription = route.and_then(Route::subscription);
        // A subscription that does not exist has no tenant to match: the answer will be that it does not exist.
        let subscription = subscription.and_then(|id| Inventory::new(&state, true).subscription(id).ok());
        gate::check(request.headers(), subscription.as_ref(), &origin(request.uri()), self.now())
    }

    /// Answers a request that the server does not let in.
    pub(super) fn refuse(&self, request: &Request, error: ArmError) -> Response {
        let caller = Caller::of(request.headers());
        let entry = Entry::begin(&self.0.log, Noted::request(request, caller.by.system_name(), self.now()));
        self.respond(request, Said::refusal(error), entry)
    }

    /// How to get a token for what a request asks for.
    fn challenge(&self, request: &Request) -> HeaderValue {
        let tenant = Route::of(request.uri().path()).ok().and_then(|route| {
            let state = self.0.published.get();
            let subscription = Inventory::new(&state, false).subscription(route.subscription()?).ok();
            subscription.map(|subscription| subscription.tenant)
        });
        gate::challenge(&origin(request.uri()), tenant.as_deref().unwrap_or("common"))
    }

    fn take(&self, request: &Request, route: Option<&Route>, caller: &Caller) -> Taken {
        let of = Operation {
            class: Class::of(request.method(), route),
            subscription: route.and_then(Route::subscription).unwrap_or_default(),
            principal: &caller.by.object_id,
        };
        let at = self.uptime();
        let mut buckets = self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take(self.0.options.throttle, &of, at)
    }

    /// Logs the answer and gives it the headers of Resource Manager; those of its limits where a bucket counted it.
    fn respond(&self, request: &Request, said: Said, entry: Entry) -> Response {
        let Said { answer, taken, is_refused, fault } = said;
        entry.end(answer.status.as_u16(), self.now());

        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.extend(answer.headers);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if answer.status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        let own = unique();
        let correlation = request.headers().get(CORRELATION).unwrap_or(&own).clone();
        headers.insert(CORRELATION, correlation);
        headers.insert("x-ms-request-id", own);
        if is_refused {
            headers.insert(WWW_AUTHENTICATE, self.challenge(request));
        }
        if let Some(taken) = taken {
            taken.tell(headers);
        }
        self.dress(&mut response, fault);
        response
    }
}

fn unique() -> HeaderValue {
    // Hex digits and dashes always make a header.
    HeaderValue::try_from(Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("0"))
}
