"""Vault locks in compliance mode that are about to become permanent: after their date nobody can take them off.

https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.live import LiveTarget, LiveVault

HOURS_BEFORE = (72, 24, 1)


class Closing(NamedTuple):
    """A lock that becomes permanent at `date`, which is `hours` away or less."""

    vault: LiveVault
    date: datetime
    hours: int

    @property
    def mark(self) -> str:
        """By which it is known that this was told: another date is another lock."""
        return f"{self.vault.name}/{self.date.isoformat()}/{self.hours}"


def closing_locks(live: LiveTarget, vaults: Collection[str], now: datetime) -> Iterator[Closing]:
    """Of vaults of these names, those whose lock is about to become permanent, with the least hours that hold. A look
    that comes late, or comes first when little is left, tells once what there is to tell."""
    for vault in sorted(live.vaults, key=lambda one: one.name):
        lock = vault.lock
        if vault.name in vaults and lock is not None and lock.lock_date and not lock.fixed:
            date = _moment(lock.lock_date)
            near = [hours for hours in HOURS_BEFORE if now < date <= now + timedelta(hours=hours)]
            if near:
                yield Closing(vault, date, min(near))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
