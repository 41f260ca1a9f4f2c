"""A plain HTTP client for suites that send what others recorded."""

import http.client
import json
import os
from dataclasses import dataclass
from typing import Any, Dict
from urllib.parse import urlsplit

from .traffic import record


@dataclass
class Answer:
    status: int
    headers: Dict[str, str]  # names in lower case
    body: Any  # JSON, or null for none


class Client:
    """One kept connection to the emulator."""

    def __init__(self):
        self.base = os.environ["CLIENTS_HTTP"]
        self.connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=30)

    def send(self, method: str, target: str, body: Any = None, recorded: bool = True) -> Answer:
        """Sends to a path with its query, as it is; a body is sent as JSON.

        What only prepares the ground is not `recorded`: it says nothing about anybody's traffic.
        """
        sent = {"Authorization": "Bearer emulator", "Accept": "application/json"}
        content = None
        if body is not None:
            content = json.dumps(body)
            sent["Content-Type"] = "application/json"
        self.connection.request(method, target, None if content is None else content.encode(), sent)
        response = self.connection.getresponse()
        raw = response.read()
        received = {name.lower(): value for name, value in response.getheaders()}
        if recorded:
            record(method, self.base + target, sent, content, response.status, received, raw)
        return Answer(response.status, received, json.loads(raw) if raw else None)
