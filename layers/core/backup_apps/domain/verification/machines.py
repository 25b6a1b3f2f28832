"""Checks of volumes, databases, instances and file systems, which are judged by what AWS says of them."""

from collections.abc import Iterator
from typing import TypeVar

from backup_apps.domain.verification.case import Case, Found, amiss, numbered, unknown, wrong
from backup_apps.domain.verification.facts import Database, FileSystem, Instance, Volume

Kind = TypeVar("Kind", Volume, Database, Instance, FileSystem)


def _both(case: Case, kind: type[Kind]) -> Iterator[tuple[Kind, Kind]]:
    """What was restored and what was backed up; nothing where it can't be compared."""
    if isinstance(case.restored, kind) and case.manifest and isinstance(case.manifest.facts, kind):
        yield case.restored, case.manifest.facts


@numbered("V301")
def volume_is_usable(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, Volume) and case.restored.state not in ("available", "in-use"):
        yield amiss(case, f"the volume is {case.restored.state}, not available")


@numbered("V302")
def volume_is_as_large(case: Case) -> Iterator[Found]:
    for restored, source in _both(case, Volume):
        if restored.size < source.size:
            yield wrong(f"the volume has {restored.size} GiB, and its source {source.size} GiB")


@numbered("V311")
def database_is_available(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, Database) and case.restored.status != "available":
        yield amiss(case, f"the database is {case.restored.status}, not available")


@numbered("V312")
def engine_is_the_same(case: Case) -> Iterator[Found]:
    for restored, source in _both(case, Database):
        if restored.engine != source.engine:
            yield wrong(f"the engine is {restored.engine}, not {source.engine}")


@numbered("V313")
def storage_is_as_large(case: Case) -> Iterator[Found]:
    for restored, source in _both(case, Database):
        if restored.storage < source.storage:
            yield wrong(f"the database has {restored.storage} GiB, and its source {source.storage} GiB")


@numbered("V314")
def database_is_isolated(case: Case) -> Iterator[Found]:
    """Of a rehearsal: it holds production's data, so it lies where policy says and nobody else gets to it."""
    if isinstance(case.restored, Database) and case.asked_network is not None:
        if case.restored.subnet_group != case.asked_network:
            has = case.restored.subnet_group or "a network of AWS's choice"
            yield wrong(f"the database is in {has}, not in the subnet group {case.asked_network}")
        if case.restored.is_public:
            yield wrong("the database can be reached from the internet")


@numbered("V321")
def instance_is_running(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, Instance) and case.restored.state != "running":
        yield amiss(case, f"the instance is {case.restored.state}, not running")


@numbered("V322")
def instance_passes_its_checks(case: Case) -> Iterator[Found]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html"""
    if isinstance(case.restored, Instance):
        if case.restored.passes is None:
            yield unknown("the status checks of the instance have not ended")
        elif not case.restored.passes:
            yield amiss(case, "the instance does not pass its status checks")


@numbered("V323")
def instance_has_its_volumes(case: Case) -> Iterator[Found]:
    for restored, source in _both(case, Instance):
        if restored.volumes < source.volumes:
            yield amiss(case, f"the instance has {restored.volumes} volumes, and its source {source.volumes}")


@numbered("V331")
def file_system_is_available(case: Case) -> Iterator[Found]:
    if isinstance(case.restored, FileSystem) and case.restored.state != "available":
        yield amiss(case, f"the file system is {case.restored.state}, not available")


@numbered("V332")
def file_system_is_not_truncated(case: Case) -> Iterator[Found]:
    """Metered sizes differ by what is stored beside the files, so half of it is what can be told.

    https://docs.aws.amazon.com/efs/latest/ug/metered-sizes.html
    """
    for restored, source in _both(case, FileSystem):
        if restored.bytes < source.bytes / 2:
            yield amiss(case, f"the file system has {restored.bytes} bytes, and its source {source.bytes}")


MACHINES = (
    volume_is_usable,
    volume_is_as_large,
    database_is_available,
    engine_is_the_same,
    storage_is_as_large,
    database_is_isolated,
    instance_is_running,
    instance_passes_its_checks,
    instance_has_its_volumes,
    file_system_is_available,
    file_system_is_not_truncated,
)
