"""Once a day: tell of every app whose last clean restore is older than its maxAge, once for each time."""

from datetime import datetime, timedelta

from backup_apps.domain.desired import Target
from backup_apps.domain.ledger import happenings
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.due import minutes
from backup_apps.domain.verification.overdue import last_clean, verification_overdue
from backup_apps.domain.verification.results import Result
from backup_apps.ports.verification import Verifying
from backup_apps.usecases.governed import in_force


def tell_overdue(verifying: Verifying, now: datetime) -> list[str]:
    """Which were told of now."""
    told = []
    for bundle in sorted(verifying.records.bundles()):
        leaves = in_force(verifying.records, verifying.documents, bundle).leaves
        promised = [leaf for leaf in leaves if leaf.verification.get("maxAge")]
        results = verifying.rehearsals.results(bundle) if promised else ()
        for leaf in promised:
            for place in leaf.places:
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
    alert = verification_overdue(bundle, leaf.app, place, since, last, now, max_age)
    verifying.alerts.publish(alert)
    verifying.ledger.record(bundle, [happenings.alerted(None, alert, since.isoformat())])
    verifying.rehearsals.note(bundle, mark, now)
    return [f"{bundle}/{name}"]
