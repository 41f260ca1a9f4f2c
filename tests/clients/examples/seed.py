"""Seeds the resources of Microsoft's examples that no client may write."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.resources import SOME  # noqa: E402
from harness.seeding import SEEDED, Seeds  # noqa: E402
from operations import Example, examples  # noqa: E402
from trial import GROUP, WORKSPACE, subscription_of  # noqa: E402

# What an answer to a POST of an incident's evidence holds, and where a seed has it.
EVIDENCE = {"alerts": "value", "entities": "entities", "bookmarks": "value"}


def main() -> None:
    seeds = Seeds()
    for example in examples(Path(os.environ["CLIENTS_CORPUS"])):
        collections = _collections(example)
        if collections:
            seeds.add(subscription_of(example), GROUP, WORKSPACE, collections)


def _collections(example: Example) -> dict:
    parts = example.path.split("/")
    shown = example.answers.get(200)
    if example.method == "GET" and parts[0] in SEEDED:
        return {parts[0]: shown.get("value", [shown])}
    if example.method == "POST" and parts[0] == "incidents" and parts[2] in EVIDENCE:
        incident = {**SOME["incidents"], "name": parts[1], parts[2]: shown[EVIDENCE[parts[2]]]}
        return {"incidents": [incident]}
    return {}


main()
