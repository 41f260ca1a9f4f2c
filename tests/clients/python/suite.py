"""Microsoft's SDK for Python against the emulator, over TLS. Argument: `sync` or `aio`."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.report import described, step  # noqa: E402
from sdk import Sdk  # noqa: E402
from steps import STEPS  # noqa: E402


async def main(way: str) -> None:
    sdk = Sdk(way)
    for one in STEPS:
        if one.beta_only and not sdk.is_beta:
            continue
        try:
            await one.run(sdk)
        except Exception as error:  # A suite goes on after a step that failed, whatever the SDK raised.
            step(one.name, described(error))
        else:
            step(one.name)
    await sdk.close()


asyncio.run(main(sys.argv[1]))
