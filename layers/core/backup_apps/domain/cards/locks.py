"""The card of a vault lock that nobody will be able to take off: the last days, hours and hour before its date."""

from collections.abc import Sequence
from datetime import datetime

from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.closing_locks import HOURS_BEFORE, Closing
from backup_apps.domain.desired import Target
from backup_apps.domain.wording import spoken_moment, spoken_span


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
