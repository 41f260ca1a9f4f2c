"""Seeds of the emulator that a suite makes of what others published: types that no client may write."""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Dict

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

    def add(self, subscription: str, group: str, workspace: str, content: Dict[str, Any]) -> None:
        """One workspace: facts about it, and what is in its collections, as Resource Manager shows it."""
        seed = {
            "kind": "EmulatorSeed", "subscription": subscription, "resourceGroup": group, "workspace": workspace,
            **content,
        }
        (self.folder / f"{subscription}.json").write_text(json.dumps(seed))
