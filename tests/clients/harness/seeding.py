"""Seeds of the emulator that a suite makes of what others published: types that no client may write."""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Dict, List

# The collections below a workspace that only a seed writes.
SEEDED = (
    "alertRuleTemplates", "contentPackages", "contentTemplates", "contentProductPackages", "contentProductTemplates",
    "sourcecontrols",
)


class Seeds:
    """A folder of seeds, which the emulator is started with."""

    def __init__(self):
        self.folder = Path(os.environ["CLIENTS_SEED"])
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def add(self, subscription: str, group: str, workspace: str, collections: Dict[str, List[Any]]) -> None:
        """One workspace, with what is in its collections; resources are as Resource Manager shows them."""
        seed = {
            "kind": "EmulatorSeed", "subscription": subscription, "resourceGroup": group, "workspace": workspace,
            **collections,
        }
        (self.folder / f"{subscription}.json").write_text(json.dumps(seed))
