"""The queries of the corpus, and those that are written by hand."""

import hashlib
import re
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent


class Query:
    """A distinct query text, where it is from, and the columns that a rule maps of its result."""

    def __init__(self, origin, text):
        self.origin = origin
        self.text = text
        self.mapped = set()

    @property
    def key(self):
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def strings(node):
    """Every string of some YAML."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def mapped_columns(rule):
    """The columns that `entityMappings` take from the result."""
    for mapping in rule.get("entityMappings") or []:
        for field in (mapping.get("fieldMappings") if isinstance(mapping, dict) else None) or []:
            if isinstance(field, dict) and isinstance(field.get("columnName"), str):
                yield field["columnName"]


def rule_queries(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".yaml", ".yml"):
            continue
        try:
            documents = list(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader))
        except (yaml.YAMLError, ValueError):
            continue
        for rule in documents:
            if isinstance(rule, dict) and isinstance(rule.get("query"), str):
                yield path, rule


def corpus(root):
    """The distinct queries of `rules`, `history` and `kql`, in the order of their paths."""
    found = {}

    def add(path, text):
        return found.setdefault(text, Query(str(path.relative_to(root)), text))

    for folder in ("rules", "history"):
        for path, rule in rule_queries(root / folder):
            add(path, rule["query"]).mapped.update(mapped_columns(rule))
    for path in sorted((root / "kql").rglob("*.kql")):
        add(path, path.read_bytes().decode("utf-8", "replace"))
    return list(found.values())


def by_hand():
    """The queries of `by-hand/*.kql`.

    A line is a query; several lines are one between `<<<` and `>>>`. Lines that begin with `;;` are comments, and
    `{U+2028}` stands for the character.
    """
    found = []
    for path in sorted((HERE / "by-hand").glob("*.kql")):
        block = None
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if line == "<<<":
                block = []
            elif line == ">>>":
                line, block = "\n".join(block), None
            elif block is not None:
                block.append(line)
            if block is not None or line.startswith(";;") or not line:
                continue
            text = re.sub(r"\{U\+([0-9A-F]{2,6})\}", lambda m: chr(int(m.group(1), 16)), line)
            found.append(Query(f"by-hand/{path.name}:{number}", text))
    return found
