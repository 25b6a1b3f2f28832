"""Silence of verification: a rehearsal that was due and did not come. Nobody would miss what never ran.

What has begun has come: whether it ends is told by `maxAge`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from backup_apps.domain import cron
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.drift.jobs import KEPT
from backup_apps.domain.protection.governance import LeafGovernance
from backup_apps.domain.verification.engines import AWS
from backup_apps.domain.verification.results import Result

SLACK = timedelta(hours=2)
"""The hub looks each hour what is due, and makes up for what it missed."""


class Scheduled(BaseModel):
    """A schedule of rehearsals, and since when it is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    schedule: str
    since: datetime
    engine: str = "sandbox"

    @property
    def is_by_aws(self) -> bool:
        return self.engine == AWS


Schedules = Mapping[str, Scheduled]
"""By app."""


def scheduled(known: Schedules, leaves: Iterable[LeafGovernance], at: datetime) -> dict[str, Scheduled]:
    """Those of the leaves of a target; with another schedule or engine an app begins anew."""
    asked = {leaf.app: leaf.verification for leaf in leaves if leaf.verification.get("schedule")}
    new = {
        app: Scheduled(schedule=said["schedule"], since=at, engine=said.get("engine", "sandbox"))
        for app, said in asked.items()
    }
    return {app: known[app] if app in known and _is_same(known[app], one) else one for app, one in new.items()}


def _is_same(known: Scheduled, asked: Scheduled) -> bool:
    return (known.schedule, known.engine) == (asked.schedule, asked.engine)


def missed_rehearsals(
    schedules: Schedules, results: Collection[Result], begun: Collection[str], at: datetime
) -> Iterator[Drift]:
    """Of those that the hub makes. `results`: of the target. `begun`: the apps whose rehearsals have not ended yet
    there."""
    for app, one in sorted(schedules.items()):
        if one.is_by_aws:
            continue
        end = at - SLACK
        due = cron.parse(one.schedule).last(max(one.since, end - KEPT), end)
        last = max((result.at for result in results if result.app == app and result.trigger.is_ours), default=None)
        if due is not None and app not in begun and (last is None or datetime.fromisoformat(last) < due):
            yield _drift(app, due, last)


def _drift(app: str, due: datetime, last: str | None) -> Drift:
    since = f"since {last}" if last else "so far"
    return Drift(
        Kind.VERIFICATION_MISSING,
        app,
        Direction.WEAKENS,
        due.isoformat(),
        last,
        (f"no rehearsal of {app} came {since}; one was due at {due.isoformat()}",),
        (app,),
        "policy.verification.schedule",
        name=app,
    )
