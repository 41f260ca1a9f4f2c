"""The Azure CLI as a process, with a configuration folder of its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Optional

import certifi

TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "5f3c0a6e-7d1b-4c52-9b0e-2a4c8e6d1f00"
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-clients/providers/Microsoft.OperationalInsights/"
    "workspaces/law-clients"
)
LIMIT = 120  # seconds


class Refused(Exception):
    """az ended with an error; the message is what it printed."""


class Az:
    """az, which trusts the emulator's authority besides those that it trusts by itself."""

    def __init__(self, configuration: Path):
        trusted = configuration / "trusted.pem"
        trusted.write_text(Path(certifi.where()).read_text() + Path(os.environ["CLIENTS_CA"]).read_text())
        self.program = Path(os.environ["CLIENTS_MODULES"]) / "bin" / "az"
        self.environment = dict(
            os.environ,
            REQUESTS_CA_BUNDLE=str(trusted),
            AZURE_CONFIG_DIR=str(configuration),
            AZURE_CORE_COLLECT_TELEMETRY="false",
            AZURE_CORE_NO_COLOR="true",
            AZURE_CORE_ONLY_SHOW_ERRORS="true",
            # Microsoft's own list of authorities can't be asked for ours.
            AZURE_CORE_INSTANCE_DISCOVERY="false",
            PATH=f"{self.program.parent}:{os.environ['PATH']}",
            PYTHONPATH=str(Path(__file__).resolve().parent / "recorder"),
        )

    def run(self, *arguments: str) -> Any:
        """The JSON that a command prints; null where it prints nothing."""
        done = subprocess.run(
            [str(self.program), *arguments, "--output", "json"], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT,
        )
        if done.returncode != 0:
            raise Refused(done.stderr.strip()[-1000:])
        return json.loads(done.stdout) if done.stdout.strip() else None

    def rest(self, method: str, path: str, body: Optional[Any] = None, version: str = "2025-09-01") -> Any:
        """`az rest` on a resource of the workspace; az itself adds the cloud's address and the token."""
        uri = f"{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}"
        uri += f"{'&' if '?' in uri else '?'}api-version={version}"
        sent = [] if body is None else ["--body", json.dumps(body)]
        return self.run("rest", "--method", method, "--uri", uri, *sent)
