"""One recording, replayed in a subscription of its own."""

import re
import uuid
from typing import Any, Dict

from given import UNSEEDED, given
from harness.compare import differences
from harness.http import Answer, Client
from harness.report import finding
from recordings import Exchange, Recording

SUBSCRIPTION = re.compile(r"(?<=/subscriptions/)[^/?]+")
# Headers of the answer whose presence is part of the behaviour.
HEADERS = ("azure-asyncoperation", "location", "retry-after")


def subscription_of(recording: Recording) -> str:
    """The subscription that a recording is replayed in."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, recording.name))


class Replay:
    def __init__(self, recording: Recording, client: Client):
        self.recording = recording
        self.client = client
        self.subscription = subscription_of(recording)
        self.etags: Dict[str, str] = {}  # recorded -> ours
        self.names: Dict[str, str] = {}  # recorded name of what the service named itself -> ours

    def what(self, exchange: Exchange) -> str:
        """`PUT alertRules/{name}?api-version=… in <recording>`"""
        path = exchange.target.split("/providers/Microsoft.SecurityInsights/")[-1]
        return f"{exchange.method} {SUBSCRIPTION.sub('…', path)} in {self.recording.name}"

    def prepare(self) -> None:
        """Writes what is given, and no seed holds."""
        for collection, kind, resource in given(self.recording):
            if kind in UNSEEDED:
                target = self._target(f"{collection}/{resource['name']}?api-version=2022-06-01-preview")
                made = self.client.send("PUT", target, {"properties": resource.get("properties", {})}, recorded=False)
                if made.status >= 300:
                    raise RuntimeError(f"{target} could not be made to exist first: {made.status} {made.body}")

    def run(self, exchange: Exchange) -> None:
        """Sends the request and reports where the answers differ."""
        answer = self.client.send(exchange.method, self._target(exchange.target), self._body(exchange.body))
        self._learn(exchange.answer, answer.body)
        self._compare(exchange, answer)

    def _compare(self, exchange: Exchange, answer: Answer) -> None:
        what = self.what(exchange)
        if answer.status != exchange.status:
            finding(what, "status", f"theirs is {exchange.status}, ours {answer.status}")
            if (exchange.status < 400) != (answer.status < 400):
                return
        for name in HEADERS:
            theirs, ours = (name in headers for headers in (exchange.headers, answer.headers))
            if theirs != ours:
                finding(what, f"header {name}", f"theirs is {_there(theirs)}, ours is {_there(ours)}")
        for at, how in differences(exchange.answer, self._as_recorded(answer.body)):
            finding(what, at, how)

    def _target(self, target: str) -> str:
        target = SUBSCRIPTION.sub(self.subscription, target)
        for recorded, ours in self.names.items():
            target = target.replace(recorded, ours)
        # Some recorders keep the query decoded.
        return target.replace(" ", "%20")

    def _body(self, body: Any) -> Any:
        if isinstance(body, dict) and body.get("etag") in self.etags:
            body = {**body, "etag": self.etags[body["etag"]]}
        return _replaced(body, SUBSCRIPTION, self.subscription)

    def _as_recorded(self, body: Any) -> Any:
        """Our answer with the recording's subscription and names in place of ours."""
        found = next(filter(None, (SUBSCRIPTION.search(one.target) for one in self.recording.exchanges)))
        body = _replaced(body, re.compile(re.escape(self.subscription)), found.group())
        for recorded, ours in self.names.items():
            body = _replaced(body, re.compile(re.escape(ours)), recorded)
        return body

    def _learn(self, theirs: Any, ours: Any) -> None:
        if not (isinstance(theirs, dict) and isinstance(ours, dict)):
            return
        if "etag" in theirs and "etag" in ours:
            self.etags[theirs["etag"]] = ours["etag"]
        if "name" in theirs and "name" in ours and theirs["name"] != ours["name"]:
            self.names[theirs["name"]] = ours["name"]


def _replaced(value: Any, pattern: re.Pattern, by: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(by, value)
    if isinstance(value, list):
        return [_replaced(item, pattern, by) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, pattern, by) for key, item in value.items()}
    return value


def _there(is_there: bool) -> str:
    return "there" if is_there else "absent"
