"""Changes carried out such that the ledger knows of each, whenever the run dies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from backup_apps.domain.ledger import happenings

if TYPE_CHECKING:
    from backup_apps.domain.changes import Write
    from backup_apps.domain.commits import Version
    from backup_apps.domain.desired import Target
    from backup_apps.domain.live import LiveTarget
    from backup_apps.ports.ledger import Ledger
    from backup_apps.ports.members import SyncingMember


class Run(NamedTuple):
    """One attempt to sync a target; `name` is its own."""

    version: Version
    target: Target
    name: str


def apply_on_the_books(
    ledger: Ledger,
    run: Run,
    member: SyncingMember,
    changes: Sequence[Write],
    live: LiveTarget,
    found: Sequence[Write] = (),
) -> int:
    """The number of writes. What is about to be written is recorded first, and nothing is written if it can't be; the
    calls that wrote are recorded together in the end, also after a failure. A run that is killed in between leaves the
    first entry behind; that of the next run says what it `found` carried out already, and what remains to be done."""
    if not changes and not found:
        return 0
    ledger.record(run.version.bundle, [happenings.sync_started(*run, changes, found)])
    done: list[happenings.Written] = []
    try:
        for written in member.apply(changes, live, run.version):
            done.append(written)
    finally:
        ledger.record(run.version.bundle, happenings.written(*run, done))
    return len(done)
