"""Once a day: what rehearsals restored and nobody knows of any more is found by name and age, and deleted."""

from datetime import datetime, timedelta

from backup_apps.domain.desired import Target
from backup_apps.domain.errors import AwsError, BackupAppsError
from backup_apps.ports.verification import Verifying
from backup_apps.usecases.governed import in_force

HOUR = 3
"""UTC."""
AGE = timedelta(days=7)
"""Longer than any rehearsal takes, which are given up after four days."""


class NotHuntedError(BackupAppsError):
    """In some accounts leftovers could not be looked for, or not be deleted."""


def hunt_leftovers(verifying: Verifying, now: datetime) -> list[str]:
    """What was deleted, or is being deleted. An account that can't be looked at keeps none of the others from it."""
    open_ = {one.rehearsal.name for one in verifying.rehearsals.unfinished()}
    hunted, problems = [], []
    for place in _places(verifying):
        try:
            sandbox = verifying.accounts.sandbox(place, f"hunt-{now:%Y%m%dT%H}")
            for type_, name in sandbox.left_behind(now - AGE):
                if name not in open_:
                    sandbox.remove(type_, name)
                    hunted.append(f"{place}/{name}")
        except AwsError as error:
            problems.append(f"{place}: {error}")
    if problems:
        raise NotHuntedError("; ".join(problems))
    return hunted


def _places(verifying: Verifying) -> list[Target]:
    """Where the versions in force rehearse."""
    found = set()
    for bundle in verifying.records.bundles():
        for leaf in in_force(verifying.records, verifying.documents, bundle).leaves:
            said = leaf.verification.get("sandbox", {})
            for account, region in leaf.places if leaf.verification else ():
                found.add(Target(said.get("account") or account, said.get("region") or region))
    return sorted(found)
