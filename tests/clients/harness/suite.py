"""The judges judged: the comparison finds what differs, and the list of differences covers no more than it says."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import compare  # noqa: E402
from harness.differences import Difference, Finding, Pattern, gone, page, unlisted  # noqa: E402
from harness.report import described, step  # noqa: E402

ETAG, OTHER_ETAG = '"0300bf09-0000-0000-0000-5c37296e0000"', '"61004e36-0000-0100-0000-69c3928d0000"'

# Theirs, ours, whether values count, the places where they differ.
COMPARED = [
    ({"a": 1}, {"a": 1}, True, []),
    ({"a": 1}, {"a": 2}, True, ["a"]),
    ({"a": 1}, {"a": 2}, False, []),
    ({"a": 1}, {"a": True}, False, ["a"]),
    ({"a": 1}, {"a": None}, False, ["a"]),
    ({"a": 1}, {}, False, ["a"]),
    ({}, {"a": 1}, True, ["a"]),
    ({}, {"a": 1}, False, []),
    ({"a": {"b": ["x", "y"]}}, {"a": {"b": ["y", "x"]}}, True, []),
    ({"a": {"b": ["x", "y"]}}, {"a": {"b": ["x"]}}, True, ["a.b"]),
    ({"a": ["x"]}, {"a": []}, False, ["a"]),
    ({"a": [{"b": 1}]}, {"a": [{}]}, False, ["a[].b"]),
    ({"etag": ETAG}, {"etag": OTHER_ETAG}, True, []),
    ({"etag": ETAG}, {"etag": "7"}, True, ["etag"]),
    ({"created": "2022-06-27T04:17:18.02+00:00"}, {"created": "2026-01-01T00:00:00+00:00"}, True, []),
    ({"created": "2022-06-27T04:17:18.02+00:00"}, {"created": "2026-01-01T00:00:00Z"}, True, ["created"]),
    ({"createdBy": {"name": "a"}}, {"createdBy": {"name": "b"}}, True, []),
    ({"createdBy": {"name": "a"}}, {"createdBy": {"email": "b"}}, True, ["createdBy.email", "createdBy.name"]),
    ({"v": [{"name": "A", "x": 1}, {"name": "B"}]}, {"v": [{"name": "b"}, {"name": "a", "x": 2}]}, True,
     ["v[].name", "v[].name", "v[].x"]),
    ({"v": [{"name": "a"}]}, {"v": [{"name": "b"}]}, True, ["v[]", "v[]"]),
]

SEEN = Pattern("replay", "PUT alertRules/*", "properties.*", "theirs is null, *")
# A finding, and whether the pattern above covers it.
COVERED = [
    (Finding("replay", "PUT alertRules/1", "properties.a", "theirs is null, ours is absent"), True),
    (Finding("examples", "PUT alertRules/1", "properties.a", "theirs is null, ours is absent"), False),
    (Finding("replay", "GET alertRules/1", "properties.a", "theirs is null, ours is absent"), False),
    (Finding("replay", "PUT alertRules/1", "kind", "theirs is null, ours is absent"), False),
    (Finding("replay", "PUT alertRules/1", "properties.a", "theirs is 1, ours is absent"), False),
]


def comparison() -> None:
    for theirs, ours, values, expected in COMPARED:
        found = sorted(at for at, _ in compare.differences(theirs, ours, values))
        assert found == expected, f"{theirs} and {ours}: {found}, and not {expected}"


def covering() -> None:
    for finding, covered in COVERED:
        left = unlisted([Difference("", "", "", [SEEN])], [finding])
        assert (left == []) is covered, finding


def stale_entries() -> None:
    known = [Difference("x", "", "", [Pattern("replay", "*", "*", "*"), Pattern("examples", "*", "*", "*")])]
    unlisted(known, [Finding("replay", "a", "b", "c")])
    assert gone(known, "replay") == []
    assert gone(known, "examples") == ["x [*: *: *]"]


def docs_page() -> None:
    row = page([Difference("a|b", "why", "who", [SEEN])]).splitlines()[-1]
    assert row == "| a\\|b | why | who | replay |", row


def main() -> None:
    for test in (comparison, covering, stale_entries, docs_page):
        try:
            test()
        except Exception as error:  # Each test is told of by itself.
            step(test.__name__, described(error))
        else:
            step(test.__name__)


main()
