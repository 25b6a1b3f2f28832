"""The jobs of one resource, one at a time, from the runs of its rules to the recovery points and copies they leave.

https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html: one job at a time for each resource
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime

from backup_apps.domain.simulation import lives
from backup_apps.domain.simulation.history import Era, History, Plan, Rule, VaultPlace
from backup_apps.domain.simulation.points import Form, Miss, Outcome, Reason
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.running import CopyJob, Held, Job, Pace
from backup_apps.domain.simulation.schedules import Calendar

Act = Callable[[datetime], None]


def outcome_of(resource: Resource, history: History, until: datetime, calendar: Calendar, pace: Pace) -> Outcome:
    """What is made of a resource from the beginning of the history until a moment."""
    story = _Story(resource, history, calendar, pace)
    for era, end in zip(history, [*(later.start for later in history[1:]), until], strict=True):
        story.enter(era)
        story.go_on(end)
    points = (held.told(resource) for held in story.held)
    return Outcome(tuple(sorted(points, key=lambda one: (one.created, one.completed, one.vault))), tuple(story.misses))


class _Story:
    """What is due is kept in order of time; of one moment, in the order in which it was appointed."""

    def __init__(self, resource: Resource, history: History, calendar: Calendar, pace: Pace) -> None:
        self.resource, self.calendar, self.pace = resource, calendar, pace
        self.held: list[Held] = []
        self.misses: list[Miss] = []
        self._due: list[tuple[datetime, int, Act]] = []
        self._appointed = 0
        self._is_busy = False
        self._plans: dict[str, Plan] = {}
        self._versions: dict[str, int] = {}
        self._ever = {name for era in history for name in era.region(resource.target).roles(resource)}

    def enter(self, era: Era) -> None:
        """The plans that are new or changed count from now on; runs of those that stay as they are keep their turn."""
        region = era.region(self.resource.target)
        self.era, self._roles = era, region.roles(self.resource)
        before = self._plans
        self._plans = {plan.name: plan for plan in region.plans if plan.name in self._ever}
        for name, plan in self._plans.items():
            if name not in before or before[name].rules != plan.rules:
                self._versions[name] = self._versions.get(name, 0) + 1
                for rule in plan.rules:
                    self._appoint_run(rule, era.start)
        self._end_continuous(era.start)

    def go_on(self, until: datetime) -> None:
        while self._due and self._due[0][0] <= until:
            now, _, act = heapq.heappop(self._due)
            act(now)

    def _appoint(self, at: datetime, act: Act) -> None:
        self._appointed += 1
        heapq.heappush(self._due, (at, self._appointed, act))

    def _appoint_run(self, rule: Rule, after: datetime) -> None:
        run, version = self.calendar.next_run(rule, after), self._versions[rule.plan]
        if run is not None:
            self._appoint(run, lambda now: self._run(rule, version, now))

    def _run(self, rule: Rule, version: int, now: datetime) -> None:
        plan = self._plans.get(rule.plan)
        if plan is None or self._versions[rule.plan] != version:
            return
        self._appoint_run(rule, now)
        if rule.plan not in self._roles:
            return
        other = self.calendar.outranking(rule, plan.rules, now)
        if other:
            self._miss(rule, now, Reason.OUTRANKED, f"rule {other.name} runs within its start window and keeps longer")
            return
        kind = self.resource.kind
        is_continuous = rule.is_continuous and kind is not None and kind.is_continuous
        job = Job(rule, self._roles[rule.plan], now, is_continuous)
        self._appoint(now + self.pace.start, lambda at: self._start(job, at))

    def _start(self, job: Job, now: datetime) -> None:
        if self._is_busy:
            self._wait(job, now)
            return
        refusal = next(lives.lock_refusals(self.era.vaults.get(job.rule.vault), job.rule.lifecycle), None)
        if refusal:
            self._miss(job.rule, job.created, Reason.REFUSED, refusal)
            return
        self._is_busy = True
        is_managed = lives.is_fully_managed(self.resource, self.era, job.rule.vault)
        job = job._replace(can_be_copied=is_managed or self.resource.type != "DynamoDB")
        self._appoint(min(now + self.pace.backup, job.complete_by), lambda at: self._finish(job, at))

    def _wait(self, job: Job, now: datetime) -> None:
        again = now + self.pace.retry
        if again < job.start_by:
            self._appoint(again, lambda at: self._start(job, at))
        else:
            self._appoint(job.start_by, lambda at: self._expire(job, "its start window closed before it could start"))

    def _expire(self, job: Job, why: str) -> None:
        self._miss(job.rule, job.created, Reason.EXPIRED, f"{why}, since other jobs of the resource ran")

    def _finish(self, job: Job, now: datetime) -> None:
        self._is_busy = False
        if now >= job.complete_by:
            self._expire(job, "its completion window closed before it was done")
            return
        point = self._keep(job, now)
        for action in job.rule.copies:
            copy = CopyJob(job, point, action)
            self._appoint(now + self.pace.start, lambda at, copy=copy: self._start_copy(copy, at))  # type: ignore[misc]

    def _keep(self, job: Job, now: datetime) -> Held:
        """A continuous backup is one recovery point, which every run keeps up, with the retention of the run.

        Of S3 another retention ends it, and a new one begins.
        https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-retention-period.html
        """
        lifecycle = job.rule.lifecycle
        existing = self._continuous(job.rule.vault, now) if job.is_continuous else None
        if existing and existing.lifecycle != lifecycle and self.resource.type == "S3":
            existing.is_stopped, existing.ended = True, existing.ended or now
            existing = None
        if existing is None:
            return self._new(job, now)
        existing.lifecycle, existing.deleted = lifecycle, lives.deleted_at(lifecycle, now, now)
        existing.refreshed.append(now)
        existing.ended = None
        return existing

    def _new(self, job: Job, now: datetime) -> Held:
        vault, lifecycle = job.rule.vault, job.rule.lifecycle
        has_key_of_vault = job.is_continuous or lives.is_fully_managed(self.resource, self.era, vault)
        held = Held(
            vault=vault,
            rule=job.rule,
            form=Form.CONTINUOUS if job.is_continuous else Form.SNAPSHOT,
            created=job.created,
            completed=now,
            lifecycle=lifecycle,
            key=lives.key_of(self.era, vault) if has_key_of_vault else self.resource.key,
            cold=lives.cold_from(self.resource, self.era, vault, lifecycle, job.created, now),
            deleted=lives.deleted_at(lifecycle, now if job.is_continuous else job.created, now),
            refreshed=[now] if job.is_continuous else [],
            can_be_copied=job.can_be_copied,
        )
        self.held.append(held)
        return held

    def _continuous(self, vault: VaultPlace, now: datetime) -> Held | None:
        return next((held for held in self.held if held.goes_on(now) and held.vault == vault), None)

    def _end_continuous(self, now: datetime) -> None:
        """A continuous backup that no rule keeps up any more is of the past from now on."""
        kept_up = {
            rule.vault
            for plan in self._plans.values()
            for rule in plan.rules
            if rule.is_continuous and plan.name in self._roles
        }
        for held in self.held:
            if held.goes_on(now) and held.vault not in kept_up:
                held.ended = held.ended or now

    def _start_copy(self, copy: CopyJob, now: datetime) -> None:
        if self._is_busy:
            self._appoint(now + self.pace.retry, lambda at: self._start_copy(copy, at))
        elif not self._is_refused(copy, now):
            self._is_busy = True
            self._appoint(now + self.pace.copy, lambda at: self._finish_copy(copy, at))

    def _finish_copy(self, copy: CopyJob, now: datetime) -> None:
        self._is_busy = False
        if not self._is_refused(copy, now):
            self.held.append(self._copied(copy, now))

    def _is_refused(self, copy: CopyJob, now: datetime) -> bool:
        refusal = next(self._refusals(copy, now), None)
        if refusal:
            self._miss(copy.job.rule, copy.job.created, Reason.COPY_FAILED, refusal)
        return refusal is not None

    def _refusals(self, copy: CopyJob, now: datetime) -> Iterator[str]:
        """What is in cold storage can't be copied.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
        """
        source, to = copy.source, copy.action.to
        if source.is_gone(now):
            yield "its source was deleted before it could be copied"
        if source.cold is not None and source.cold <= now:
            yield "its source was in cold storage before it could be copied"
        if not source.can_be_copied:
            yield "tables are copied only with the advanced features: regionSettings.management.DynamoDB: true"
        yield from lives.copy_refusals(self.era, source.vault, to, copy.job.role)
        lifecycle = lives.copied_lifecycle(copy.action.lifecycle, source.lifecycle)
        yield from lives.lock_refusals(self.era.vaults.get(to), lifecycle)

    def _copied(self, copy: CopyJob, now: datetime) -> Held:
        """A copy has the date of its source, and of a continuous backup that of its latest run."""
        source, to = copy.source, copy.action.to
        created = source.refreshed[-1] if source.form is Form.CONTINUOUS else source.created
        lifecycle = lives.copied_lifecycle(copy.action.lifecycle, source.lifecycle)
        return Held(
            vault=to,
            rule=source.rule,
            form=Form.COPY,
            created=created,
            completed=now,
            lifecycle=lifecycle,
            key=lives.key_of(self.era, to),
            cold=lives.cold_from(self.resource, self.era, to, lifecycle, created, now),
            deleted=lives.deleted_at(lifecycle, created, now),
        )

    def _miss(self, rule: Rule, at: datetime, reason: Reason, why: str) -> None:
        self.misses.append(Miss(self.resource, rule, at, reason, why))
