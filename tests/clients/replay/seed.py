"""Seeds the templates that recordings take to be there."""

import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.seeding import SEEDED, Seeds  # noqa: E402
from recordings import recordings  # noqa: E402
from replay import subscription_of  # noqa: E402

RESOURCE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/([^/]+)/providers/Microsoft.OperationalInsights/workspaces/([^/]+)"
    r"/providers/Microsoft.SecurityInsights/(\w+)(?:/[^/?]+)?(?:\?.*)?", re.IGNORECASE,
)


def main() -> None:
    seeds = Seeds()
    for recording in recordings(Path(os.environ["CLIENTS_CORPUS"])):
        found = {}
        for exchange in recording.exchanges:
            place = RESOURCE.fullmatch(exchange.target)
            if place and place.group(3) in SEEDED and exchange.method == "GET" and exchange.status == 200:
                resources = exchange.answer.get("value", [exchange.answer])
                # A list shows less of a resource than a GET of it alone: the last one seen is taken.
                found.setdefault(place.groups(), {}).update({one["name"]: one for one in resources})
        for (group, workspace, kind), resources in found.items():
            seeds.add(subscription_of(recording), group, workspace, {kind: list(resources.values())})


main()
