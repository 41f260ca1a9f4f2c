"""Recorded traffic with the live service, in the four formats that its owners keep it in."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional
from urllib.parse import urlsplit

import yaml


REMARK = re.compile(r"\s*\((shortened|not recorded)\b[^)]*\)$")


@dataclass
class Exchange:
    method: str
    target: str  # path and query
    body: Any
    status: int
    headers: Dict[str, str]  # of the answer; names in lower case
    answer: Any


@dataclass
class Recording:
    """Exchanges in their order, with one workspace."""

    name: str
    exchanges: List[Exchange] = field(default_factory=list)
    elsewhere: int = 0  # exchanges with other hosts


def recordings(corpus: Path) -> Iterator[Recording]:
    """Every recording of the corpus and of the excerpts beside it."""
    for file in sorted(corpus.glob("recordings/azure-cli-extensions/*.yaml")):
        yield _of_vcr(file)
    for file in sorted(corpus.glob("recordings/azure-powershell/*.Recording.json")):
        yield _of_autorest(file)
    for file in sorted(corpus.glob("recordings/azure-sdk-for-js/*.json")):
        yield _of_test_proxy(file)
    yield from _of_excerpts(corpus.parent / "arm-data")


def _of_vcr(file: Path) -> Recording:
    """vcr.py, as the Azure CLI's extensions use it."""
    recording = Recording(file.stem)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for one in yaml.load(file.read_text(), loader)["interactions"]:
        request, response = one["request"], one["response"]
        headers = {name.lower(): values[0] for name, values in response["headers"].items() if values}
        _add(recording, request["method"], request["uri"], request["body"], response["status"]["code"], headers,
             response["body"]["string"])
    return recording


def _of_autorest(file: Path) -> Recording:
    """The recordings of PowerShell modules that AutoRest makes."""
    recording = Recording(file.name.removesuffix(".Recording.json"))
    for one in json.loads(file.read_text()).values():
        request, response = one["Request"], one["Response"]
        headers = {name.lower(): values[0] for name, values in response["Headers"].items() if values}
        _add(recording, request["Method"], request["RequestUri"], request["Content"], response["StatusCode"], headers,
             response["Content"])
    return recording


def _of_test_proxy(file: Path) -> Recording:
    """The test proxy of Microsoft's SDKs."""
    recording = Recording(file.stem)
    for one in json.loads(file.read_text())["Entries"]:
        headers = {name.lower(): value for name, value in one["ResponseHeaders"].items()}
        _add(recording, one["RequestMethod"], one["RequestUri"], one["RequestBody"], one["StatusCode"], headers,
             one["ResponseBody"])
    return recording


def _of_excerpts(folder: Path) -> Iterator[Recording]:
    """One exchange a file; numbered files belong together: `watchlist_crud_01_PUT_200.json`."""
    together: Dict[str, Recording] = {}
    for file in sorted(folder.glob("*-recordings/*.json")):
        numbered = re.fullmatch(r"(.+)_\d\d_[A-Z]+_\d+", file.stem)
        name = f"{file.parent.name}/{numbered.group(1) if numbered else file.stem}"
        recording = together.setdefault(name, Recording(name))
        one = json.loads(file.read_text())
        request, response = one["request"], one["response"]
        status = response["status"]["code"] if isinstance(response["status"], dict) else response["status"]
        headers = {
            name.lower(): value[0] if isinstance(value, list) else value
            for name, value in response["headers"].items()
        }
        answer = _without_remarks(response["body"])
        _add(recording, request["method"], request["uri"], request["body"], status, headers, answer)
    yield from together.values()


def _without_remarks(value: Any) -> Any:
    """An answer as the service gave it: whoever made the excerpt says in it what was left out."""
    if isinstance(value, str):
        return REMARK.sub("", value)
    if isinstance(value, list):
        return [_without_remarks(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_remarks(item) for key, item in value.items() if not key.startswith("_truncated")}
    return value


def _add(recording, method, uri, body, status, headers, answer) -> None:
    parts = urlsplit(uri)
    if parts.netloc != "management.azure.com":
        recording.elsewhere += 1
        return
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    recording.exchanges.append(Exchange(method, target, _json(body), status, headers, _json(answer)))


def _json(body: Any) -> Optional[Any]:
    if isinstance(body, bytes):
        body = body.decode()
    if isinstance(body, str):
        return json.loads(body) if body.strip() else None
    return body
