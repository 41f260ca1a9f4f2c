"""A suite's own side: how it tells what it found."""

import json
import os
import traceback


def append(file: str, value: dict) -> None:
    """Appends one line of JSON to a file that the environment names."""
    with open(os.environ[file], "a") as out:
        out.write(json.dumps(value) + "\n")


def step(name: str, error: str = None) -> None:
    """A step that passed, or failed with this error."""
    append("CLIENTS_RESULTS", {"step": name, "error": error})


def finding(exchange: str, at: str, what: str) -> None:
    """A difference, which the list of differences must cover."""
    append("CLIENTS_RESULTS", {"finding": {"exchange": exchange, "at": at, "what": what}})


def note(text: str) -> None:
    """What the reader of the table should know, and is no failure."""
    append("CLIENTS_RESULTS", {"note": text})


def described(error: BaseException) -> str:
    """An error with the line of a suite's own that it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/clients/" in frame.filename]
    where = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {str(error)[:1000]}{where}"
