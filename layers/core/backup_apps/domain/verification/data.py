"""Checks of buckets and tables, whose content can be read."""

from collections.abc import Iterator, Mapping

from backup_apps.domain.verification.case import Case, Found, amiss, differs, misses, numbered, wrong
from backup_apps.domain.verification.facts import Bucket, Table

_NAMED = 3
"""How many objects or items a message names."""


def _buckets(case: Case) -> Iterator[tuple[Bucket, Bucket]]:
    """What was restored and what was backed up; nothing where it can't be compared."""
    if isinstance(case.restored, Bucket) and case.manifest and isinstance(case.manifest.facts, Bucket):
        yield case.restored, case.manifest.facts


def _tables(case: Case) -> Iterator[tuple[Table, Table]]:
    if isinstance(case.restored, Table) and case.manifest and isinstance(case.manifest.facts, Table):
        yield case.restored, case.manifest.facts


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _lost(restored: Mapping[str, str], source: Mapping[str, str]) -> list[str]:
    return sorted(source.keys() - restored.keys())


def _altered(restored: Mapping[str, str], source: Mapping[str, str]) -> list[str]:
    return sorted(name for name, digest in source.items() if restored.get(name, digest) != digest)


def _is_empty(case: Case, message: str) -> Found:
    """However it was written meanwhile, what had content at both ends of its backup was not empty."""
    begun = case.manifest.begun if case.manifest else None
    had = begun.objects if isinstance(begun, Bucket) else begun.items if isinstance(begun, Table) else 0
    return wrong(message) if had else misses(case, message)


@numbered("V201")
def bucket_is_not_empty(case: Case) -> Iterator[Found]:
    for restored, source in _buckets(case):
        if source.objects and not restored.objects:
            yield _is_empty(case, f"it is empty: {source.objects} objects were backed up")


@numbered("V202")
def objects_are_as_many(case: Case) -> Iterator[Found]:
    for restored, source in _buckets(case):
        if restored.objects and restored.objects != source.objects:
            yield differs(case, f"it has {restored.objects} objects, and {source.objects} were backed up")


@numbered("V203")
def bytes_are_as_many(case: Case) -> Iterator[Found]:
    for restored, source in _buckets(case):
        if restored.objects and restored.bytes != source.bytes:
            yield differs(case, f"it has {restored.bytes} bytes, and {source.bytes} were backed up")


@numbered("V204")
def no_object_is_lost(case: Case) -> Iterator[Found]:
    for restored, source in _buckets(case):
        lost = _lost(restored.sample, source.sample)
        if lost and restored.objects:
            yield differs(case, f"objects are lost: {_named(lost)}")


@numbered("V205")
def no_object_is_altered(case: Case) -> Iterator[Found]:
    for restored, source in _buckets(case):
        altered = _altered(restored.sample, source.sample)
        if altered:
            yield differs(case, f"objects are not as they were backed up: {_named(altered)}")


@numbered("V206")
def canary_object_is_there(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, Bucket) and case.restored.canary is False:
        yield amiss(case, "the canary object is not there")


@numbered("V211")
def table_is_active(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, Table) and case.restored.status != "ACTIVE":
        yield amiss(case, f"the table is {case.restored.status}, not ACTIVE")


@numbered("V212")
def key_schema_is_the_same(case: Case) -> Iterator[Found]:
    for restored, source in _tables(case):
        if restored.key_schema != source.key_schema:
            has, had = (", ".join(one.key_schema) for one in (restored, source))
            yield wrong(f"its primary key is {has}, not {had}")


@numbered("V213")
def indexes_are_the_same(case: Case) -> Iterator[Found]:
    for restored, source in _tables(case):
        missing = sorted(source.indexes.keys() - restored.indexes.keys())
        if missing:
            yield differs(case, f"indexes are missing: {_named(missing)}")
        other = _altered(restored.indexes, source.indexes)
        if other:
            yield differs(case, f"indexes are not as they were backed up: {_named(other)}")


@numbered("V214")
def table_is_not_empty(case: Case) -> Iterator[Found]:
    for restored, source in _tables(case):
        if source.items and not restored.items:
            yield _is_empty(case, f"it is empty: {source.items} items were backed up")


@numbered("V215")
def items_are_as_many(case: Case) -> Iterator[Found]:
    for restored, source in _tables(case):
        if restored.items and restored.items != source.items:
            yield differs(case, f"it has {restored.items} items, and {source.items} were backed up")


@numbered("V216")
def no_item_is_lost(case: Case) -> Iterator[Found]:
    for restored, source in _tables(case):
        lost = _lost(restored.sample, source.sample)
        if lost and restored.items:
            yield differs(case, f"items are lost: {_named(lost)}")


@numbered("V217")
def no_item_is_altered(case: Case) -> Iterator[Found]:
    for restored, source in _tables(case):
        altered = _altered(restored.sample, source.sample)
        if altered:
            yield differs(case, f"items are not as they were backed up: {_named(altered)}")


@numbered("V218")
def canary_item_is_there(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, Table) and case.restored.canary is False:
        yield amiss(case, "the canary item is not there")


DATA = (
    bucket_is_not_empty,
    objects_are_as_many,
    bytes_are_as_many,
    no_object_is_lost,
    no_object_is_altered,
    canary_object_is_there,
    table_is_active,
    key_schema_is_the_same,
    indexes_are_the_same,
    table_is_not_empty,
    items_are_as_many,
    no_item_is_lost,
    no_item_is_altered,
    canary_item_is_there,
)
