"""What a recording takes to exist: an excerpt begins in the middle, and some types no client may write."""

import re
from typing import Any, Iterator, List, Set, Tuple

from harness.resources import SOME
from harness.seeding import SEEDED
from recordings import Exchange, Recording

RESOURCE = re.compile(r"(.+/Microsoft\.SecurityInsights/(\w+))(?:/([^/?]+))?(?:\?.*)?")
# Types of which a new resource is answered with 201: a 200 updates what is there.
CREATED = ("alertRules", "automationRules", "metadata", "incidents", "onboardingStates")

# The path of a collection, its type below the workspace, and a resource as Resource Manager shows it.
Given = Tuple[str, str, Any]
# What no seed holds: it is written before the recording begins.
UNSEEDED = ("onboardingStates",)


def given(recording: Recording) -> Iterator[Given]:
    """Every resource that must be there before the first request."""
    written: Set[str] = set()  # paths, in lower case
    for exchange in recording.exchanges:
        path = exchange.target.split("?")[0]
        place = RESOURCE.fullmatch(exchange.target)
        if place and exchange.status == 200:
            collection, kind, name = place.groups()
            for resource in _before(exchange, kind, name):
                if f"{collection}/{resource['name']}".lower() not in written and resource["name"] != "BuiltInFusion":
                    yield collection, kind, resource
        if exchange.status < 300 and exchange.method != "GET":
            written.add(path.lower())


def _before(exchange: Exchange, kind: str, name: str) -> List[Any]:
    if kind not in SOME and kind not in SEEDED:
        return []
    if exchange.method == "GET":
        return [exchange.answer] if name else exchange.answer["value"]
    if exchange.method == "DELETE":
        return [{**SOME[kind], "name": name}]
    if exchange.method == "PUT" and kind in CREATED and not _is_new(exchange.answer):
        return [{**exchange.body, "name": name}]
    return []


def _is_new(resource: Any) -> bool:
    """A resource that was never changed was made by this very request."""
    properties = resource["properties"]
    return "createdTimeUtc" in properties and properties["createdTimeUtc"] == properties["lastModifiedTimeUtc"]
