"""Seeds what recordings take to exist."""

import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from given import UNSEEDED, given  # noqa: E402
from harness.seeding import Seeds  # noqa: E402
from recordings import recordings  # noqa: E402
from replay import subscription_of  # noqa: E402

WORKSPACE = re.compile(r".+?/resourceGroups/([^/]+)/providers/Microsoft.OperationalInsights/workspaces/([^/?]+)", re.I)


def main() -> None:
    seeds = Seeds()
    for recording in recordings(Path(os.environ["CLIENTS_CORPUS"])):
        places = list(filter(None, (WORKSPACE.match(exchange.target) for exchange in recording.exchanges)))
        if not places:
            continue
        group, workspace = places[0].groups()
        found = {}
        for _, kind, resource in given(recording):
            if kind not in UNSEEDED:
                # A list shows less of a resource than a GET of it alone: the last one seen is taken.
                found.setdefault(kind, {})[resource["name"]] = resource
        collections = {kind: list(resources.values()) for kind, resources in found.items()}
        seeds.add(subscription_of(recording), group, workspace, {**_facts(recording, group, workspace), **collections})


def _facts(recording, group: str, workspace: str) -> dict:
    """Where the workspace is, its GUID, and the tags of its group, as the recording shows them."""
    facts = {}
    for exchange in recording.exchanges:
        shown = exchange.answer
        if exchange.method == "GET" and isinstance(shown, dict) and shown.get("name") == workspace:
            facts.update(location=shown["location"], customerId=shown["properties"]["customerId"])
        if exchange.method == "GET" and isinstance(shown, dict) and shown.get("name") == group:
            facts.update(resourceGroupTags=shown.get("tags", {}))
    return facts


main()
