"""One-token mutations: a token deleted, doubled, or exchanged with the next."""

import random
import re

from queries import Query

TOKEN = re.compile(
    r"""
      (?P<trivia>\s+|//[^\r\n\u2028\u2029]*)
    | [hH]?@"(?:[^"\r\n]|"")*" | [hH]?@'(?:[^'\r\n]|'')*'
    | [hH]?"(?:[^"\\\r\n]|\\.)*" | [hH]?'(?:[^'\\\r\n]|\\.)*'
    | [hH]?```.*?```
    | [\w$]+
    | [!=<>]=|=~|!~|\.\.|=>|<>
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text):
    return [m.span() for m in TOKEN.finditer(text) if m.group("trivia") is None]


def mutate(text, chance):
    spans = tokens(text)
    at = chance.randrange(len(spans))
    start, end = spans[at]
    kind = chance.choice(("deleted", "doubled", "exchanged"))
    if kind == "exchanged" and at + 1 < len(spans):
        after, last = spans[at + 1]
        return kind, text[:start] + text[after:last] + text[end:after] + text[start:end] + text[last:]
    if kind == "doubled":
        return kind, text[:end] + " " + text[start:end] + text[end:]
    return "deleted", text[:start] + text[end:]


def mutations(queries, count, seed):
    """`count` mutations of queries drawn by a generator with this seed."""
    chance = random.Random(seed)
    made = []
    while len(made) < count:
        query = chance.choice(queries)
        kind, text = mutate(query.text, chance)
        made.append(Query(f"{query.origin} with a token {kind} (seed {seed}, {len(made)})", text))
    return made
