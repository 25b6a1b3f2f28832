"""The card of a vault lock that nobody will be able to take off: the last days, hours and hour before its date.

https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.desired import Target
from backup_apps.domain.live import LiveTarget, LiveVault
from backup_apps.domain.wording import spoken_moment, spoken_span

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


def lock_closing(
    bundle: str, version: str, target: Target, apps: Sequence[str], closing: Closing, now: datetime
) -> Card:
    """`apps`: whose plans fill the vault."""
    vault, left = closing.vault, spoken_span(closing.date - now)
    lock = vault.lock
    bounds = [f"min {lock.min_days} days"] if lock and lock.min_days else []
    bounds += [f"max {lock.max_days} days"] if lock and lock.max_days else []
    return Card(
        type="lock-closing",
        severity=Severity.CRITICAL if closing.hours == min(HOURS_BEFORE) else Severity.WARNING,
        bundle=bundle,
        subject=f"{vault.name} in {target}: lock permanent in {left}",
        head=(
            f"The lock of vault {vault.name} becomes permanent in {left}, at {spoken_moment(closing.date)}.",
            "Cause: it is in compliance mode, and its changeableFor ends then. After that nobody can change or remove "
            "it, AWS included.",
        ),
        about=tuple(About(*target, app, vault.arn, version=version, vault=vault.name) for app in apps or (None,)),
        blocks=(
            (
                f"Lock: compliance{''.join(f', {bound}' for bound in bounds)}.",
                f"Recovery points that it holds: {vault.recovery_points}. Each must be kept, and paid, to its end.",
            ),
        ),
        next=(
            f"aws backup describe-backup-vault --backup-vault-name {vault.name} --region {target.region}",
            f"aws backup delete-backup-vault-lock-configuration --backup-vault-name {vault.name} "
            f"--region {target.region}  # takes it off",
        ),
        remarks=(
            f"In account {target.account}. If it is as wanted, do nothing. If not, take it out of the bundle too, or "
            "the next push writes it again.",
        ),
        document={
            **target._asdict(),
            "vault": vault.name,
            "lock_date": closing.date.isoformat(),
            "hours": closing.hours,
            "apps": list(apps),
        },
    )
