"""The page of the example, grown to a thousand leaves in four levels below the root."""

from collections.abc import Iterator
from itertools import product
from typing import Any


def thousand_leaves(acme: dict[str, Any]) -> dict[str, Any]:
    """Each leaf as one of the example's, on one of a hundred accounts; entries and restores are many, too."""
    rows, lines = acme["rows"], acme["timeline"]["rows"]
    leaves = [
        "-".join(f"{level}{number}" for level, number in zip("abc", path, strict=True))
        for path in product(range(10), repeat=3)
    ]
    grown = [
        rows[at % len(rows)] | {"app": leaf, "account": str(100_000_000_000 + at // 10)}
        for at, leaf in enumerate(leaves)
    ]
    results = [one | {"app": leaf} for leaf in leaves[:20] for one in acme["results"][:25]]
    entries = [acme["ledger"]["entries"][at % 11] | {"sequence": 300 - at} for at in range(300)]
    return acme | {
        "apps": list(_apps(leaves)),
        "rows": grown,
        "timeline": acme["timeline"] | {"rows": [lines[at % len(lines)] for at in range(len(leaves))]},
        "results": results,
        "ledger": acme["ledger"] | {"entries": entries, "from": 1, "to": 300},
    }


def _apps(leaves: list[str]) -> Iterator[dict[str, Any]]:
    yield _app("acme", None)
    known = set[str]()
    for leaf in leaves:
        parent, parts = "acme", leaf.split("-")
        for depth in range(1, len(parts) + 1):
            name = "-".join(parts[:depth])
            if name not in known:
                known.add(name)
                yield _app(name, parent)
            parent = name


def _app(name: str, parent: str | None) -> dict[str, Any]:
    return {"app": name, "parent": parent, "file": f"apps/{name}.yaml", "line": 4}
