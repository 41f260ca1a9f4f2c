"""How two JSON answers differ: in what is there, in types, and in values that nobody generates."""

import re
from typing import Any, Iterator, Tuple

# Values that the service makes up: their form must be the same, the value can't be.
GENERATED = {
    "etag", "lastModifiedUtc", "lastModifiedTimeUtc", "createdTimeUtc", "created", "updated", "createdAt",
    "lastModifiedAt", "tenantId", "watchlistId", "sourceId", "incidentNumber", "providerIncidentId", "eventTime",
    "lastUpdatedTimeUtc", "externalId",
}
# Who was signed in is the recording's own.
PERSONS = {"createdBy", "updatedBy", "lastModifiedBy", "author", "createdByType", "lastModifiedByType", "updatedByType"}
FORMS = [
    ("a GUID", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    ("an etag in quotes", re.compile(r'"[0-9a-f]{8}-0000-[0-9a-f]{4}-0000-[0-9a-f]{12}"')),
    ("a time in UTC", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")),
    ("a time with its offset", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?\+00:00")),
    ("a number", re.compile(r"\d+")),
]

Difference = Tuple[str, str]


def differences(theirs: Any, ours: Any, values: bool = True, at: str = "") -> Iterator[Difference]:
    """Where our answer differs from theirs, as (place, what); without `values` only in shape.

    A member that only we have is a difference of values, not of shape: an example shows no more than it needs.
    """
    name = at.rsplit(".", 1)[-1]
    if _type(theirs) != _type(ours):
        yield at, f"theirs is {_shown(theirs)}, ours {_shown(ours)}"
    elif isinstance(theirs, dict):
        for key in theirs:
            if key not in ours:
                yield _member(at, key), f"theirs is {_shown(theirs[key])}, ours is absent"
            elif values and key in PERSONS:
                yield from _persons(theirs[key], ours[key], _member(at, key))
            else:
                yield from differences(theirs[key], ours[key], values, _member(at, key))
        if values:
            for key in ours.keys() - theirs.keys():
                yield _member(at, key), f"theirs is absent, ours is {_shown(ours[key])}"
    elif isinstance(theirs, list):
        yield from _lists(theirs, ours, values, at)
    elif values and name in GENERATED:
        if _form(theirs) != _form(ours):
            yield at, f"theirs is {_form(theirs)}, ours {_form(ours)}"
    elif values and theirs != ours:
        yield at, f"theirs is {_shown(theirs)}, ours {_shown(ours)}"


def _persons(theirs: Any, ours: Any, at: str) -> Iterator[Difference]:
    """Two persons have the same members, and nothing else in common."""
    if _type(theirs) != _type(ours):
        yield at, f"theirs is {_shown(theirs)}, ours {_shown(ours)}"
    elif isinstance(theirs, dict):
        for key in sorted(theirs.keys() ^ ours.keys()):
            yield _member(at, key), "only theirs has it" if key in theirs else "only ours has it"


def _lists(theirs: list, ours: list, values: bool, at: str) -> Iterator[Difference]:
    """Resources are found by their names; a list of anything else is compared in its order."""
    place = f"{at}[]"
    if not values:
        # An example's list stands for what such a list holds.
        for their in theirs[:1]:
            for our in ours[:1]:
                yield from differences(their, our, values, place)
        if theirs and not ours:
            yield at, "theirs holds something, ours is empty"
        return
    named = [{item["name"].lower(): item for item in items if isinstance(item, dict) and "name" in item}
             for items in (theirs, ours)]
    if theirs and len(named[0]) == len(theirs) and len(named[1]) == len(ours):
        for whose, mine, other in (("theirs", 0, 1), ("ours", 1, 0)):
            alone = sorted(named[mine].keys() - named[other].keys())
            if alone:
                yield place, f"only {whose} holds {', '.join(alone[:3])}{' …' if len(alone) > 3 else ''}"
        for key in named[0].keys() & named[1].keys():
            yield from differences(named[0][key], named[1][key], values, place)
        return
    if all(isinstance(item, str) for item in theirs + ours):
        for whose, alone in (("theirs", sorted(set(theirs) - set(ours))), ("ours", sorted(set(ours) - set(theirs)))):
            if alone:
                yield at, f"only {whose} holds {', '.join(alone)}"
        return
    if len(theirs) != len(ours):
        yield at, f"theirs has {len(theirs)} items, ours {len(ours)}"
    for their, our in zip(theirs, ours):
        yield from differences(their, our, values, place)


def _member(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {int: "number", float: "number"}.get(type(value), type(value).__name__)


def _form(value: Any) -> str:
    text = str(value)
    return next((name for name, form in FORMS if form.fullmatch(text)), "text")


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)) and value:
        return "an object" if isinstance(value, dict) else "a list"
    text = {None: "null"}.get(value, repr(value)) if not isinstance(value, (dict, list)) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
