"""One example, tried in a subscription of its own."""

import uuid
from typing import Any, Dict, List, Optional
from urllib.parse import quote, urlencode

from harness.compare import differences
from harness.http import Answer, Client
from harness.report import finding
from harness.resources import SOME, WRITABLE, writable
from operations import Example


RUNS = "triggeredAnalyticsRuleRuns"
GROUP = "myRg"
WORKSPACE = "myWorkspace"


def subscription_of(example: Example) -> str:
    """The subscription that an example is tried in."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, example.name))


class Trial:
    def __init__(self, example: Example, client: Client):
        self.example = example
        self.client = client
        self.base = (
            f"/subscriptions/{subscription_of(example)}/resourceGroups/{GROUP}/providers/"
            f"Microsoft.OperationalInsights/workspaces/{WORKSPACE}/providers/Microsoft.SecurityInsights/"
        )

    @property
    def what(self) -> str:
        return f"{self.example.method} {self.example.template} in {self.example.name}"

    def run(self) -> None:
        """Makes exist what the example takes to exist, sends its request, and reports where the answers differ."""
        example = self.example
        self._parents(example.path)
        if example.method in ("GET", "PATCH"):
            self._given()
        if example.method == "DELETE":
            self._put(example.path, SOME.get(self._type(), {"properties": {}}))
            self._judge(self._send(example.body))
            self._judge(self._send(example.body))
        elif example.method == "PUT":
            self._judge(self._send(example.body))
            # Once more: now it is an update, and the example's etag is nobody's.
            self._judge(self._send({key: value for key, value in example.body.items() if key != "etag"}))
        else:
            self._judge(self._send(example.body))

    def _judge(self, answer: Answer) -> None:
        shown = self.example.answers
        if answer.status not in shown:
            finding(self.what, "status", f"theirs is {' or '.join(map(str, sorted(shown)))}, ours {answer.status}")
            return
        body = shown[answer.status]
        if body is not None and answer.status != 204:
            for at, how in differences(body, answer.body, values=False):
                finding(self.what, at, how)

    def _given(self) -> None:
        if self.example.template.startswith(RUNS):
            self._run_of_a_rule()
            return
        body = self.example.answers[200]
        resources = body.get("value", [body])
        for resource in resources:
            path = self.example.path if resource is body else f"{self.example.path}/{resource['name']}"
            self._put(path, writable(resource))

    def _run_of_a_rule(self) -> None:
        """Runs are named by the service: the example's name gives way to that of a run which was just triggered."""
        self._put("alertRules/a-rule", SOME["alertRules"])
        window = {"properties": {"executionTimeUtc": "2026-11-01T00:00:00Z"}}
        triggered = self._request("POST", "alertRules/a-rule/triggerRuleRun", [self._version()], window, recorded=False)
        self.example.parameters["ruleRunId"] = triggered.headers["location"].split("?")[0].rsplit("/", 1)[-1]

    def _parents(self, path: str) -> None:
        parts = path.split("/")
        for depth in range(2, len(parts) if len(parts) % 2 else len(parts) - 1, 2):
            above = "/".join(parts[:depth])
            kind = "/".join(parts[:depth:2])
            self._put(above, SOME.get(kind))

    def _put(self, path: str, body: Any) -> None:
        kind = "/".join(path.split("/")[::2])
        if kind not in WRITABLE or path.endswith("/BuiltInFusion"):
            return
        made = self._request("PUT", path, [self._version()], body, recorded=False)
        if made.status >= 300:
            raise RuntimeError(f"{path} could not be made to exist first: {made.status} {made.body}")

    def _type(self) -> str:
        return "/".join(self.example.path.split("/")[::2])

    def _version(self):
        return ("api-version", self.example.parameters["api-version"])

    def _send(self, body: Optional[Dict[str, Any]]) -> Answer:
        return self._request(self.example.method, self.example.path, self.example.query, body)

    def _request(self, method: str, path: str, query: List, body: Any, recorded: bool = True) -> Answer:
        return self.client.send(method, f"{self.base}{quote(path)}?{urlencode(query)}", body, recorded)
