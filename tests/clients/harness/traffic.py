"""Exchanges as the suites record them, for the judgement of Microsoft's definitions.

A line: `{"method", "url", "request": {"headers", "body"}, "status", "response": {"headers", "body"}}`; header names
are in lower case, bodies are JSON values or null.
"""

import json
from typing import Any, Mapping, Optional, Union

from .report import append


def record(
    method: str, url: str, sent: Mapping[str, str], body: Union[bytes, str, None],
    status: int, received: Mapping[str, str], answer: Union[bytes, str, None],
) -> None:
    """Appends one exchange. No token is kept."""
    headers = {name.lower(): value for name, value in sent.items() if name.lower() != "authorization"}
    append("CLIENTS_TRAFFIC", {
        "method": method, "url": url, "request": {"headers": headers, "body": _json(body)}, "status": status,
        "response": {"headers": {name.lower(): value for name, value in received.items()}, "body": _json(answer)},
    })


def _json(body: Optional[Union[bytes, str]]) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body if isinstance(body, str) else body.decode("utf-8", "replace")
