"""A ledger as a file: one JSON document a line, each in its canonical form, so that no byte of it can differ unseen.

{"key": {"id": ARN of a KMS key, "public_key": PEM}}   for each key that signed
{"entry": {...}}                                       all entries, in order
{"checkpoint": {...}}                                  each behind the entry that it seals; the last was made for this

Each object of the archive is such a line, too.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from backup_apps.domain.ledger.canonical import canonical
from backup_apps.domain.ledger.entries import Checkpoint, Entry
from backup_apps.domain.ledger.verification import FindingKind, LedgerFinding


class SigningKey(BaseModel):
    """The public half of a key that signed checkpoints."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    public_key: str
    """PEM (SubjectPublicKeyInfo)."""


Document = Entry | Checkpoint | SigningKey
_MODELS: dict[str, type[Document]] = {"entry": Entry, "checkpoint": Checkpoint, "key": SigningKey}


class LedgerFile(NamedTuple):
    """What is in a file, in its order, and which lines are none of ours."""

    entries: tuple[Entry, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    keys: tuple[SigningKey, ...] = ()
    findings: tuple[LedgerFinding, ...] = ()


def line_of(document: Document) -> bytes:
    """The line, its end included."""
    (name,) = (name for name, model in _MODELS.items() if isinstance(document, model))
    return canonical({name: document.model_dump(mode="json")}) + b"\n"


def export_lines(
    entries: Iterable[Entry], checkpoints: Iterable[Checkpoint], keys: Iterable[SigningKey]
) -> Iterator[bytes]:
    """The lines of a file."""
    yield from map(line_of, keys)
    ordered: list[Entry | Checkpoint] = [*entries, *checkpoints]
    for document in sorted(ordered, key=lambda one: (one.sequence, isinstance(one, Checkpoint))):
        yield line_of(document)


def read_lines(text: bytes) -> LedgerFile:
    """Whatever is not a line that we write is a finding; nothing in the file raises."""
    lines = text.split(b"\n")
    read = [_read(number, line) for number, line in enumerate(lines[:-1], 1)]
    findings = [one for one in read if isinstance(one, LedgerFinding)]
    if lines[-1]:
        findings.append(_malformed(len(lines), "it does not end, so that something is cut off"))
    elif read and not isinstance(read[-1], Checkpoint | LedgerFinding):
        findings.append(LedgerFinding(None, FindingKind.CUT, "the file does not end in a checkpoint"))
    return LedgerFile(
        entries=tuple(one for one in read if isinstance(one, Entry)),
        checkpoints=tuple(one for one in read if isinstance(one, Checkpoint)),
        keys=tuple(one for one in read if isinstance(one, SigningKey)),
        findings=tuple(findings),
    )


def _read(number: int, line: bytes) -> Document | LedgerFinding:
    try:
        document = _parse(json.loads(line))
        written = line_of(document)
    except ValidationError as error:
        return _malformed(number, _first(error))
    except (ValueError, RecursionError) as error:
        return _malformed(number, str(error))
    if written != line + b"\n":
        return _malformed(number, "it is not written as we write it: keys sorted, no blanks, every key once")
    return document


def _parse(read: Any) -> Document:
    name = next(iter(read)) if isinstance(read, dict) and len(read) == 1 else None
    if name not in _MODELS:
        raise ValueError("it is neither an entry nor a checkpoint nor a key")
    return _MODELS[name].model_validate(read[name])


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _malformed(number: int, why: str) -> LedgerFinding:
    return LedgerFinding(None, FindingKind.MALFORMED, f"line {number}: {why}")
