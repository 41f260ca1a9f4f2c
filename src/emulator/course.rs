//! What faults do to a request: before it is looked at, and once it is answered.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE};
use http::{Method, StatusCode};

use super::answer::{Answer, ArmError};
use super::exchange::{Delivery, Said};
use super::faults::{
    Edit, Effect, FaultAnswer, FaultError, Met, Seen, Side, empty_page, expired, fault_answer, http_date, relinked,
};
use super::location::{Location, Resource, query};
use super::log::Entry;
use super::route::Route;
use super::throttle::{Class, Taken};
use super::{Emulator, torn};
use crate::arm::transport::{Request, Response};

/// What the faults say about a request before it is looked at.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// What it is answered at once.
    pub(super) early: Option<Said>,
    /// Whether its connection is reset at once.
    pub(super) is_reset: bool,
    /// What is done once it is answered.
    pub(super) late: Vec<Met>,
}

impl Emulator {
    /// Meets the faults, in order, and does what they do before a request is looked at.
    pub(super) async fn before(&self, request: &mut Request, route: Option<&Route>, from: (&str, &Entry)) -> Course {
        let (principal, entry) = from;
        let mut course = Course::default();
        let location = match route {
            Some(Route::Insights(location)) => Some(location),
            _ => None,
        };
        let met = self.trouble().armed.meet(&Seen {
            method: request.method(),
            path: request.uri().path(),
            subscription: route.and_then(Route::subscription).unwrap_or_default(),
            workspace: location.map_or("", |location| &location.workspace.workspace),
            principal,
            goes_on: query(request.uri(), "$skipToken").is_some(),
        });
        for Met { id, effect } in met {
            entry.note(|noted| noted.faults.push(id));
            match effect {
                Effect::Latency(time) => tokio::time::sleep(time).await,
                Effect::Hang { at: Side::Before, at_most } => self.held(id, at_most).await,
                Effect::Clock(to) => self.move_clock(to),
                Effect::Revoke(tokens) => {
                    let now = self.now();
                    self.trouble().revoked.revoke(tokens, request.headers(), now);
                }
                Effect::Edit(edit) => {
                    if let Err(why) = self.edit_before(&edit, request, location).await {
                        let message = format!("The emulator's fault {id} could not be had: {why}");
                        course.early = Some(Said::from(Answer::from(ArmError::internal(message))));
                        return course;
                    }
                }
                Effect::Reset(Side::Before) => course.is_reset = true,
                Effect::Answer { at: Side::Before, answer } => {
                    let said = Said::from(fault_answer(&answer, self.now()));
                    let nothing_left = || {
                        let in_subscription = route.and_then(Route::subscription).is_some();
                        Taken::nothing_left(Class::of(request.method(), route), in_subscription)
                    };
                    let is_throttled = said.answer.status == StatusCode::TOO_MANY_REQUESTS;
                    course.early = Some(Said { taken: is_throttled.then(nothing_left), ..said });
                }
                Effect::EmptyPage => {
                    course.early = Some(Answer::new(StatusCode::OK, empty_page(request.uri())).into());
                }
                late => course.late.push(Met { id, effect: late }),
            }
        }
        let is_open = matches!(route, Some(Route::Open(_)));
        if course.early.is_none() && !is_open && self.trouble().revoked.refuses(request.headers()) {
            course.early = Some(expired(self.now()).into());
        }
        course
    }

    /// An edit that a request meets. Where pages are torn, the request goes on by position.
    async fn edit_before(
        &self,
        edit: &Edit,
        request: &mut Request,
        location: Option<&Location>,
    ) -> Result<(), FaultError> {
        let before = self.0.published.get();
        self.edit_in(edit, location.map(|location| location.workspace.path()).as_deref()).await?;
        if edit.torn
            && let Some(Location { workspace, resource: Resource::AlertRules }) = location
            && let Some(uri) = torn::page_at(&before, &self.0.published.get(), workspace, request.uri())
        {
            *request.uri_mut() = uri;
        }
        Ok(())
    }

    /// Does what the faults do to an answer.
    pub(super) async fn after(&self, request: &Request, late: Vec<Met>, said: &mut Said) -> Delivery {
        let mut delivery = Delivery::Whole;
        self.show(request, &mut said.answer);
        for Met { id, effect } in late {
            match effect {
                Effect::Hang { at_most, .. } => self.held(id, at_most).await,
                Effect::Answer { answer, .. } => {
                    let taken = said.taken;
                    *said = Said { taken, ..fault_answer(&answer, self.now()).into() };
                }
                Effect::NextLink(pages) if said.answer.status == StatusCode::OK => {
                    said.answer.body = relinked(&pages, request.uri(), &said.answer.body);
                }
                Effect::Invisible(time)
                    if *request.method() == Method::PUT && said.answer.status == StatusCode::CREATED =>
                {
                    let until = self.uptime().saturating_add(time);
                    self.trouble().hidden.hide(request.uri().path(), until);
                }
                Effect::Cut(bytes) if delivery != Delivery::Reset => delivery = Delivery::Cut(bytes),
                Effect::Drip { bytes, pause } if delivery == Delivery::Whole => {
                    delivery = Delivery::Drip { bytes, pause };
                }
                Effect::Reset(_) => delivery = Delivery::Reset,
                _ => {}
            }
        }
        delivery
    }

    /// Takes out of an answer what is hidden.
    fn show(&self, request: &Request, answer: &mut Answer) {
        let at = self.uptime();
        let mut trouble = self.trouble();
        if *request.method() != Method::GET || answer.status != StatusCode::OK || trouble.hidden.is_empty(at) {
            return;
        }
        if trouble.hidden.holds(request.uri().path()) {
            let message = format!("The resource '{}' was not found.", request.uri().path());
            *answer = ArmError::new(StatusCode::NOT_FOUND, "NotFound", message).into();
        } else {
            answer.body = trouble.hidden.without(&answer.body);
        }
    }

    /// Gives a response the headers that its fault asks for, and the date of a clock that was moved.
    pub(super) fn dress(&self, response: &mut Response, fault: Option<FaultAnswer>) {
        let headers = response.headers_mut();
        if let Some(FaultAnswer { content_type, headers: own, .. }) = fault {
            match content_type {
                Some(content_type) => headers.insert(CONTENT_TYPE, content_type),
                None => headers.remove(CONTENT_TYPE),
            };
            headers.extend(own);
        }
        if self.0.clock.is_moved() && !headers.contains_key(DATE) {
            headers.insert(DATE, http_date(self.now()));
        }
    }
}

impl From<FaultAnswer> for Said {
    fn from(mut fault: FaultAnswer) -> Self {
        let answer = Answer::new(fault.status, std::mem::replace(&mut fault.body, Bytes::new()));
        Self { answer, taken: None, is_refused: false, fault: Some(fault) }
    }
}
