"""What is recorded of commits, in memory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backup_apps.domain.commits import Commit, CommitRecord, Standing, State, TargetOutcome, Version
from backup_apps.domain.desired import Target


@dataclass
class Records:
    commits: dict[Version, CommitRecord] = field(default_factory=dict)
    admitted: set[Version] = field(default_factory=set)
    by_target: dict[Version, dict[Target, TargetOutcome]] = field(default_factory=dict)
    targets: dict[str, set[Target]] = field(default_factory=dict)
    holds: dict[tuple[str, Target], tuple[str, datetime]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def find(self, version: Version) -> CommitRecord | None:
        return self.commits.get(version)

    def latest(self, bundle: str | None = None) -> CommitRecord | None:
        found = [one for one in self.commits.values() if bundle in (None, one.bundle)]
        return max(found, key=lambda one: one.order, default=None)

    def latest_admitted(self, bundle: str) -> Commit | None:
        return next(self._admitted(bundle), None)

    def latest_by_target(self, bundle: str) -> Mapping[Target, Commit]:
        found = {target: self.standing(bundle, target).synced for target in self.known_targets(bundle)}
        return {target: commit for target, commit in found.items() if commit}

    def latest_reached(self, bundle: str, but: Version | None = None) -> Commit | None:
        found = (one for one in self._admitted(bundle) if one.id != but)
        return next((one for one in found if any(to.state is State.SYNCED for to in self.outcomes(one.id))), None)

    def _admitted(self, bundle: str) -> Iterator[Commit]:
        """Last first."""
        found = [one for version, one in self.commits.items() if version in self.admitted and one.bundle == bundle]
        for one in sorted(found, key=lambda one: one.order, reverse=True):
            yield Commit(**one.model_dump(include=set(Commit.model_fields)))

    def record(self, record: CommitRecord, outcomes: Iterable[TargetOutcome] = ()) -> None:
        outcomes = tuple(outcomes)
        for one in outcomes:
            self.add_outcome(record.id, one)
        self.targets.setdefault(record.bundle, set()).update(one.target for one in outcomes)
        self.commits.setdefault(record.id, record)
        if record.state is not State.REJECTED:
            self.admitted.add(record.id)

    def set_state(
        self, version: Version, state: State, error: str | None = None, *, after: State | None = None
    ) -> None:
        if after is not None and self.commits[version].state is not after:
            return
        self.commits[version] = self.commits[version].model_copy(update={"state": state, "error": error})

    def set_outcomes(self, version: Version, outcomes: Iterable[TargetOutcome]) -> None:
        self.by_target.setdefault(version, {}).update({one.target: one for one in outcomes})

    def add_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        self.by_target.setdefault(version, {}).setdefault(outcome.target, outcome)

    def set_outcome(self, version: Version, outcome: TargetOutcome) -> None:
        known = self.by_target.get(version, {}).get(outcome.target)
        if known is None:
            return
        told = outcome.model_dump(include={"state", "changes", "writes"}, exclude_none=True)
        untold = {"error": outcome.error, "waits": outcome.waits, "begun": known.begun or outcome.begun}
        self.by_target[version][outcome.target] = known.model_copy(update=told | untold)

    def outcome(self, version: Version, target: Target) -> TargetOutcome | None:
        return self.by_target.get(version, {}).get(target)

    def outcomes(self, version: Version) -> tuple[TargetOutcome, ...]:
        return tuple(self.by_target.get(version, {}).values())

    def known_targets(self, bundle: str) -> frozenset[Target]:
        return frozenset(self.targets.get(bundle, ()))

    def remember_target(self, bundle: str, target: Target) -> None:
        self.targets.setdefault(bundle, set()).add(target)

    def forget_target(self, bundle: str, target: Target) -> None:
        self.targets[bundle].discard(target)

    def hold(self, bundle: str, target: Target, holder: str, now: datetime, until: datetime) -> bool:
        known = self.holds.get((bundle, target))
        if known and known[0] != holder and known[1] > now:
            return False
        self.holds[bundle, target] = holder, until
        return True

    def release(self, bundle: str, target: Target, holder: str) -> None:
        if self.holds.get((bundle, target), ("",))[0] == holder:
            del self.holds[bundle, target]

    def is_held(self, bundle: str, target: Target, now: datetime) -> bool:
        known = self.holds.get((bundle, target))
        return known is not None and known[1] > now

    def use_token(self, issuer: str, jti: str, upload: str) -> bool:
        return self.tokens.setdefault((issuer, jti), upload) == upload

    def bundles(self) -> tuple[str, ...]:
        return tuple(sorted({version.bundle for version in self.admitted}))

    def standing(self, bundle: str, target: Target) -> Standing:
        under_way = None
        for commit in self._admitted(bundle):
            outcome = self.by_target.get(commit.id, {}).get(target)
            if outcome and outcome.state is State.SYNCED:
                return Standing(commit, under_way)
            if under_way is None and outcome and outcome.begun:
                under_way = commit
        return Standing(None, under_way)
