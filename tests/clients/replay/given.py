"""What a recording takes to exist: an excerpt begins in the middle."""

from typing import Any, Iterator, Set, Tuple

from harness.resources import SOME, WRITABLE, writable
from recordings import Exchange

# Types of which a new resource is answered with 201: a 200 updates what is there.
CREATED = ("alertRules", "automationRules", "metadata", "incidents", "onboardingStates")


def bodies_before(exchange: Exchange, written: Set[str]) -> Iterator[Tuple[str, Any]]:
    """The PUTs, as target and body, that make the recorded answer possible."""
    path, _, query = exchange.target.partition("?")
    kind, _, name = path.partition("/Microsoft.SecurityInsights/")[2].partition("/")
    if kind not in WRITABLE or "/" in name or exchange.status != 200 or path.lower() in written:
        return
    version = next(part for part in query.split("&") if part.startswith("api-version"))
    if exchange.method == "GET" and name and name != "BuiltInFusion":
        yield f"{path}?{version}", writable(exchange.answer)
    elif exchange.method == "GET" and not name:
        for item in exchange.answer["value"]:
            target = f"{path}/{item['name']}"
            if target.lower() not in written and item["name"] != "BuiltInFusion":
                yield f"{target}?{version}", writable(item)
    elif exchange.method == "DELETE":
        yield f"{path}?{version}", SOME[kind]
    elif exchange.method == "PUT" and kind in CREATED and not _is_new(exchange.answer):
        yield f"{path}?{version}", {key: value for key, value in exchange.body.items() if key != "etag"}


def _is_new(resource: Any) -> bool:
    """A resource that was never changed was made by this very request."""
    properties = resource["properties"]
    return "createdTimeUtc" in properties and properties["createdTimeUtc"] == properties["lastModifiedTimeUtc"]
