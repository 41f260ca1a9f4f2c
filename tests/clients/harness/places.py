"""Where things are."""

import os
from pathlib import Path
from typing import Optional

CLIENTS = Path(__file__).resolve().parent.parent
ROOT = CLIENTS.parent.parent
INSTALLED = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve() / "clients"
DOCS_PAGE = ROOT / "docs" / "emulator-differences.md"
DIFFERENCES = CLIENTS / "differences.json"


def corpus() -> Optional[Path]:
    """The folder that PALISADE_CORPUS names, relative to the package; none where it is not set."""
    named = os.environ.get("PALISADE_CORPUS")
    return (ROOT / named).resolve() if named else None
