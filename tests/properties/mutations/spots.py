"""Valid bundles as data, and a value put into one of their places."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from backup_apps.adapters.bundles import read_folder
from backup_apps.domain.checking import PLAIN
from backup_apps.domain.documents import BackupApp, BackupAppSet
from backup_apps.domain.grammar import Either, Fields, Grammar, Items, Keyed, Mode, Within, grammar_of
from backup_apps.domain.nodes import plain
from backup_apps.domain.places import Path as Keys

ROOT = Path(__file__).parents[3]
RICH = ROOT / "tests" / "cases" / "validate" / "valid-every-key" / "bundle"
SOURCES = [ROOT / "examples" / "acme", *sorted((ROOT / "tests" / "cases" / "validate").glob("valid-*/bundle"))]
_MARKER = "zzmarker: zzvalue"


Data = dict[str, list[Any]]
"""The documents of each file of a bundle."""
Files = dict[str, bytes]


class Spot(NamedTuple):
    """A value in a bundle, and what the language wants there."""

    file: str
    document: int
    path: Keys
    grammar: Grammar
    mode: Mode
    value: Any


@cache
def good_bundles() -> list[Data]:
    return [_read(source) for source in SOURCES]


@cache
def rich_bundle() -> Data:
    """A valid bundle with every key of the language in it."""
    return _read(RICH)


def _read(source: Path) -> Data:
    return {file.path: [plain(document) for document in file.documents] for file in read_folder(source).files}


def written(data: Data) -> Files:
    """The bundle as files, one key a line."""
    return {file: "---\n".join(map(_dump, documents)).encode() for file, documents in data.items()}


def _dump(document: Any) -> str:
    text: str = yaml.safe_dump(document, sort_keys=False, width=10_000, default_flow_style=False)
    return text.removesuffix("...\n")


def archived(files: Files) -> bytes:
    """The bundle as the pipeline uploads it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def spots(data: Data) -> list[Spot]:
    """Every value of a bundle but those below an operator."""
    found = []
    for file, documents in data.items():
        for index, document in enumerate(documents):
            kind = BackupAppSet if document["kind"] == "BackupAppSet" else BackupApp
            found += list(_spots(Spot(file, index, (), grammar_of(kind), PLAIN, document)))
    return found


def _spots(spot: Spot) -> Iterator[Spot]:
    grammar, mode, value = spot.grammar, spot.mode, spot.value
    if isinstance(grammar, Within):
        grammar, mode = grammar.each, grammar.mode
    if isinstance(grammar, Either):
        grammar = grammar.items if isinstance(value, list) else grammar.other
    spot = spot._replace(grammar=grammar, mode=mode)
    yield spot
    if isinstance(value, dict) and not any(key.startswith("@@") for key in value):
        for key, child in value.items():
            if isinstance(grammar, Fields | Keyed):
                each = grammar.each[key] if isinstance(grammar, Fields) else grammar.each
                yield from _spots(spot._replace(path=(*spot.path, key), grammar=each, value=child))
    elif isinstance(value, list) and isinstance(grammar, Items):
        bare = mode._replace(operators=False)
        for index, child in enumerate(value):
            yield from _spots(spot._replace(path=(*spot.path, index), grammar=grammar.each, mode=bare, value=child))


def put(data: Data, spot: Spot, value: Any) -> Data:
    """The bundle with another value at a place."""
    changed = deepcopy(data)
    if not spot.path:
        changed[spot.file][spot.document] = value
        return changed
    holder = changed[spot.file][spot.document]
    for key in spot.path[:-1]:
        holder = holder[key]
    holder[spot.path[-1]] = value
    return changed


def at(rng: random.Random, data: Data, fits: Callable[[Spot], bool], spoiled: Callable[[Spot], Any]) -> Files | None:
    """The bundle with a value that fits made into another one."""
    places = [spot for spot in spots(data) if fits(spot)]
    if not places:
        return None
    spot = rng.choice(places)
    return written(put(data, spot, spoiled(spot)))


def with_line(data: Data, spot: Spot, line: str) -> Files:
    """The bundle with a line as it stands among the keys of a mapping, at the depth of the others."""
    key, _, value = _MARKER.partition(": ")
    files = written(put(data, spot, {**spot.value, key: value}))
    return {**files, spot.file: files[spot.file].replace(_MARKER.encode(), line.encode())}


def may_be_list(spot: Spot) -> bool:
    """A value of `allTags` and the accounts of a generator are one of two kinds."""
    return "allTags" in spot.path or (spot.path[-1:] == ("accounts",) and "generators" in spot.path)
