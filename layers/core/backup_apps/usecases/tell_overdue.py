"""Tell of every app whose last clean restore is older than its maxAge, once for each time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backup_apps.domain.cards.verification import verification_overdue
from backup_apps.domain.desired import Target
from backup_apps.domain.ledger import happenings
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.overdue import last_clean
from backup_apps.domain.verification.results import Result
from backup_apps.ports.verification import Verifying


def tell_overdue(verifying: Verifying, promised: Mapping[str, tuple[LeafGovernance, ...]], now: datetime) -> list[str]:
    """Which were told of now. `promised`: the leaves of each bundle."""
    told = []
    for bundle, leaves in promised.items():
        limited = [leaf for leaf in leaves if leaf.verification.get("maxAge")]
        results = verifying.rehearsals.results(bundle) if limited else ()
        for leaf in limited:
            for place in leaf.targets:
                own = [one for one in results if (one.app, one.account, one.region) == (leaf.app, *place)]
                told += _tell(verifying, bundle, leaf, place, own, now)
    return told


def _tell(
    verifying: Verifying, bundle: str, leaf: LeafGovernance, place: Target, own: list[Result], now: datetime
) -> list[str]:
    """The alert goes out before it is noted: none is lost, and one that is killed in between comes twice."""
    last, max_age, name = last_clean(own), minutes(leaf.verification["maxAge"]) or timedelta(), f"{leaf.app}/{place}"
    if last is not None:
        since = last.moment
    else:
        since = datetime.fromisoformat(verifying.rehearsals.note(bundle, f"asked/{name}", now))
    mark = f"told/{name}/{since.isoformat()}"
    if now - since <= max_age or verifying.rehearsals.is_noted(bundle, mark):
        return []
    alert = verifying.tell(verification_overdue(bundle, leaf.app, place, since, last, now, max_age))
    verifying.ledger.record(bundle, [happenings.alerted(None, alert, since.isoformat())])
    verifying.rehearsals.note(bundle, mark, now)
    return [f"{bundle}/{name}"]
