"""Runs the generated conditions as KQL in duckdb-kql over the generated rows, and compares which rows each hides.

    agreement.py FOLDER        the folder that `cargo test --test exclusions` wrote, with columns.json and cases.jsonl

duckdb-kql (PyPI, MIT) translates KQL to SQL and knows nothing of our evaluator. Version 1.1.2 lacks ipv4_is_in_range and
ipv6_is_in_range: those calls become columns that Python's own `ipaddress` fills, as Microsoft's pages describe the two
functions (null where there is no address; of two prefixes the shorter one counts). All around them is executed as it is.
Whatever else it refuses is counted by reason and must stay below a tenth of the cases; what it executes must agree in
every row.
"""

import collections
import ipaddress
import json
import re
import sys

import duckdb_kql

TYPES = {"string": "VARCHAR", "long": "BIGINT"}
CALL = re.compile(r'ipv([46])_is_in_range\(tostring\((\w+)\), "([^"]+)"\)')


def in_range(version, text, limits):
    try:
        address, _, prefix = text.partition("/")
        address = ipaddress.ip_address(address)
        if version == 6 and address.version == 4:
            address = ipaddress.ip_address(f"::ffff:{address}")
        limits = ipaddress.ip_network(limits)
        if address.version != version:
            return None
        shorter = min(limits.prefixlen, int(prefix) if prefix else limits.max_prefixlen)
        network = ipaddress.ip_network((limits.network_address, shorter), strict=False)
        return address in network
    except ValueError:
        return None


def main():
    folder = sys.argv[1]
    columns = json.load(open(f"{folder}/columns.json", encoding="utf-8"))
    cases = [json.loads(line) for line in open(f"{folder}/cases.jsonl", encoding="utf-8")]
    connection = duckdb_kql.connect()
    names = [name for name, _ in columns]
    refused, faults, rows = collections.Counter(), [], 0
    for case in cases:
        calls = sorted(set(CALL.findall(case["kql"])))
        kql = CALL.sub(lambda call: f"call_{calls.index(call.groups())}", case["kql"])
        fields = [f'"{name}" {TYPES[kind]}' for name, kind in columns]
        fields += [f"call_{n} BOOLEAN" for n in range(len(calls))]
        connection.sql(f"CREATE OR REPLACE TABLE T (row_number BIGINT, {', '.join(fields)})")
        for n, row in enumerate(case["rows"]):
            made = [in_range(int(v), row[names.index(column)] or "", limits) for v, column, limits in calls]
            connection.execute(f"INSERT INTO T VALUES (?{', ?' * len(fields)})", [n, *row, *made])
        query = f"T\n| where not(coalesce(\n    {kql},\n    false))\n| project row_number"
        try:
            kept = {row[0] for row in duckdb_kql.kql(connection, query).fetchall()}
        except duckdb_kql.KqlError as why:
            refused[str(why).splitlines()[0][:100]] += 1
            continue
        rows += len(case["rows"])
        for n, (row, hidden) in enumerate(zip(case["rows"], case["hidden"])):
            if hidden == (n in kept):
                faults.append((case["kql"], row, hidden))
    for kql, row, hidden in faults[: int(sys.argv[2]) if len(sys.argv) > 2 else 5]:
        print(f"we say {'hidden' if hidden else 'kept'}: {row}\n  {kql}\n")
    told = sum(refused.values())
    print(f"{rows} rows of {len(cases) - told} conditions compared, {len(faults)} differ; {told} conditions refused")
    for why, count in refused.most_common():
        print(f"  {count} {why}")
    sys.exit(1 if faults or rows < 10_000 or told > len(cases) / 10 else 0)


main()
