"""What changes between two versions in what they promise and AWS Backup does not hold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.cards.severity import least
from backup_apps.domain.guardrails.strictness import IN_MINUTES, STRICTNESS
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.cadence import compare_schedules
from backup_apps.domain.protection.classes import Class, Reason, join
from backup_apps.domain.protection.governance import Governance, LeafGovernance, WaiverGiven
from backup_apps.domain.protection.patterns import covers_all, covers_text
from backup_apps.domain.protection.rule import Rule, Verdict, numbered
from backup_apps.domain.staging.settings import staging_from
from backup_apps.domain.wording import spoken_minutes


class Reached(NamedTuple):
    """An app and the targets on which it is reached."""

    app: str
    targets: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"app": self.app, "targets": list(self.targets)}


class PolicyChange(NamedTuple):
    """One promise that changes, for every app for which it changes alike."""

    path: str
    """`guardrails.retention.min`, `verification.maxAge`, `selfHeal`."""
    before: Any
    after: Any
    reasons: tuple[Reason, ...]
    apps: tuple[Reached, ...] = ()

    @property
    def class_(self) -> Class:
        return join(reason.class_ for reason in self.reasons)

    def what(self) -> dict[str, Any]:
        """What changes, without what is said about it."""
        apps = [one.to_json() for one in self.apps]
        return {"path": self.path, "before": self.before, "after": self.after, "apps": apps}

    def to_json(self) -> dict[str, Any]:
        return {"class": self.class_.value, **self.what(), "reasons": [reason.to_json() for reason in self.reasons]}


class Promise(NamedTuple):
    """One value before and after; None where it is absent."""

    path: str
    before: Any
    after: Any

    @property
    def key(self) -> str:
        return self.path.partition(".")[2]


def policy_changes(before: Governance, after: Governance) -> tuple[PolicyChange, ...]:
    """Worst first."""
    found = [*_of_leaves(before, after), *_of_waivers(before, after)]
    return tuple(
        sorted(_together(found), key=lambda one: (-one.class_.rank, one.path, str(one.before), one.apps[0].app))
    )


def unknown_before(version: str) -> tuple[PolicyChange, ...]:
    """Where a version was synced and nobody stored what it promised."""
    return (_change(unrecorded, Promise("guardrails", f"version {version}", None)),)


class _Found(NamedTuple):
    change: PolicyChange
    app: str
    targets: tuple[str, ...]


def _of_leaves(before: Governance, after: Governance) -> Iterator[_Found]:
    old, new = _by_leaf(before), _by_leaf(after)
    for (app, target), leaf in sorted(new.items()):
        if (app, target) in old:
            for rule, promise in _promises(old[app, target], leaf):
                yield from _found(rule, promise, app, (target,))
    for app, target in sorted(old.keys() - new.keys()):
        if old[app, target].says_something:
            yield from _found(no_leaf, Promise("app", "deployed", None), app, (target,))


def _by_leaf(governance: Governance) -> dict[tuple[str, str], LeafGovernance]:
    return {(leaf.app, str(target)): leaf for leaf in governance.leaves for target in leaf.targets}


def _promises(old: LeafGovernance, new: LeafGovernance) -> Iterator[tuple[Rule[Promise], Promise]]:
    if old == new:
        return
    for rule, part in ((guardrail, "guardrails"), (verification, "verification"), (alerts, "alerts")):
        before, after = getattr(old, part), getattr(new, part)
        for key in sorted((before.keys() | after.keys()) - _told_otherwise(old, new, part)):
            yield rule, Promise(f"{part}.{key}", before.get(key), after.get(key))
    yield self_heal, Promise("selfHeal", old.self_heal, new.self_heal)
    if old.self_heal and new.self_heal:
        yield pause, Promise("pause.until", old.paused_until, new.paused_until)
    yield staged_sync, Promise("sync", _asked(old), _asked(new))


def _told_otherwise(old: LeafGovernance, new: LeafGovernance, part: str) -> frozenset[str]:
    """Which engine restores what is a matter of its schedule: where one begins or ends, that says it. A default that
    is written is no change."""
    sides = (old.verification, new.verification)
    if part != "verification":
        return frozenset()
    if not all("schedule" in side for side in sides):
        return frozenset({"engine", "types"})
    engines = {side.get("engine", "sandbox") for side in sides}
    return frozenset({"engine"}) if len(engines) == 1 else frozenset()


def _asked(leaf: LeafGovernance) -> list[dict[str, Any]]:
    return [one.to_json() for one in leaf.staging]


def _of_waivers(before: Governance, after: Governance) -> Iterator[_Found]:
    old = {one.identity: one for one in before.waivers}
    new = {one.identity: one for one in after.waivers}
    for identity in sorted(old.keys() | new.keys()):
        _, subject, kind = identity
        promise = Promise(f"waivers.{kind}", _written(old.get(identity)), _written(new.get(identity)))
        yield from _found(waiver, promise, subject, ())


def _written(given: WaiverGiven | None) -> dict[str, Any] | None:
    return given.to_json() if given else None


def _found(rule: Rule[Promise], promise: Promise, app: str, targets: tuple[str, ...]) -> Iterator[_Found]:
    if promise.before != promise.after:
        yield _Found(_change(rule, promise), app, targets)


def _change(rule: Rule[Promise], promise: Promise) -> PolicyChange:
    return PolicyChange(*promise, reasons=tuple(rule.reasons(promise)))


def _together(found: Iterable[_Found]) -> Iterator[PolicyChange]:
    """What changes alike, once."""
    alike: dict[str, tuple[PolicyChange, dict[str, set[str]]]] = {}
    for change, app, targets in found:
        _, apps = alike.setdefault(canonical_json(change.to_json()), (change, {}))
        apps.setdefault(app, set()).update(targets)
    for change, apps in alike.values():
        reached = (Reached(app, tuple(sorted(targets))) for app, targets in sorted(apps.items()))
        yield change._replace(apps=tuple(reached))


@numbered("C600", "a guardrail gets stricter (strengthens), looser or can't be compared (weakens), else (neutral)")
def guardrail(promise: Promise) -> Iterator[Verdict]:
    class_ = _stricter(promise.key, promise.before, promise.after)
    before, after = (shown(promise.path, side) for side in promise[1:])
    if promise.after is None:
        yield class_, f"guardrail {promise.key} is gone; it was {before}"
        return
    looser = "looser" if promise.key in STRICTNESS else "looser, or can't be compared"
    word = {Class.STRENGTHENS: "stricter", Class.WEAKENS: looser}.get(class_, "as strict")
    yield class_, f"guardrail {promise.key} is {word}: {after}, not {before}"


def _stricter(kind: str, before: Any, after: Any) -> Class:
    if before is None or after is None:
        return Class.STRENGTHENS if before is None else Class.WEAKENS
    if kind in STRICTNESS:
        return Class.STRENGTHENS if STRICTNESS[kind](after) > STRICTNESS[kind](before) else Class.WEAKENS
    if not _at_least_as_strict(kind, after, before):
        return Class.WEAKENS
    return Class.NEUTRAL if _at_least_as_strict(kind, before, after) else Class.STRENGTHENS


def _at_least_as_strict(kind: str, strict: Any, loose: Any) -> bool:
    """Paths lock what is below them; of lists of patterns a value must match one of each."""
    if kind == "locked":
        return all(any(f"{path}.".startswith(f"{above}.") for above in strict) for path in loose)
    return all(any(covers_all(wide, narrow, covers_text) for narrow in strict) for wide in loose)


@numbered("C601", "a waiver is given or covers more (weakens), ends or covers less (strengthens), else (neutral)")
def waiver(promise: Promise) -> Iterator[Verdict]:
    before, after = promise.before, promise.after
    if before is None:
        yield (
            Class.WEAKENS,
            f"{after['by']} waives {promise.key} for {after['for']} until {after['expires']}: {after['value']} instead "
            f"({after['owner']}: {after['reason']})",
        )
    elif after is None:
        yield Class.STRENGTHENS, f"{before['by']} waives {promise.key} for {before['for']} no more"
    elif before["value"] != after["value"]:
        yield Class.WEAKENS, f"the waiver of {promise.key} says {after['value']}, not {before['value']}"
    elif before["expires"] != after["expires"]:
        longer = after["expires"] > before["expires"]
        message = f"the waiver of {promise.key} ends on {after['expires']}, not {before['expires']}"
        yield Class.WEAKENS if longer else Class.STRENGTHENS, message
    else:
        said = f"{after['owner']}: {after['reason']}"
        yield Class.NEUTRAL, f"the waiver of {promise.key} has another owner or reason ({said})"


@numbered("C602", "verification is less strict or can't be compared (weakens), or is stricter (strengthens)")
def verification(promise: Promise) -> Iterator[Verdict]:
    before, after = (shown(promise.path, side) for side in promise[1:])
    yield _verifies(promise), f"verification {promise.key} is {after}, not {before}"


def _verifies(promise: Promise) -> Class:
    _, before, after = promise
    if promise.key == "schedule" and before and after:
        return compare_schedules(before, after)
    if promise.key == "types":
        more = (before or {}).items() <= (after or {}).items()
        return Class.STRENGTHENS if before and more else Class.WEAKENS
    if promise.key in _LIMITS:
        fewer = after is None or (before is not None and after > before)
        return Class.WEAKENS if fewer else Class.STRENGTHENS
    if promise.key == "maxBytes":
        return Class.STRENGTHENS if after is None or (before is not None and after > before) else Class.WEAKENS
    return Class.STRENGTHENS if promise.key in ("schedule", "checks", "group") and before is None else Class.WEAKENS


_LIMITS = ("maxAge", "rto")
"""The smaller, the stricter."""


@numbered("C603", "alerts get a topic or a lower severity (strengthens), or go elsewhere or nowhere (weakens)")
def alerts(promise: Promise) -> Iterator[Verdict]:
    before, after = (shown(promise.path, side) for side in promise[1:])
    if promise.key == "severity":
        fewer = least(promise.after).rank > least(promise.before).rank
    else:
        fewer = promise.before is not None
    yield (
        Class.WEAKENS if fewer else Class.STRENGTHENS,
        f"the {promise.key} of alerts is {after}, not {before}",
    )


@numbered("C604", "drift that weakens is put back by itself no more (weakens), or from now on (strengthens)")
def self_heal(promise: Promise) -> Iterator[Verdict]:
    said = "is put back by itself" if promise.after else "is no longer put back by itself"
    yield Class.STRENGTHENS if promise.after else Class.WEAKENS, f"drift that weakens protection {said}"


@numbered("C607", "a pause of healing begins or ends later (weakens), or ends earlier (strengthens)")
def pause(promise: Promise) -> Iterator[Verdict]:
    if promise.after is None:
        yield Class.STRENGTHENS, f"healing is no longer paused; it was until {promise.before}"
        return
    later = promise.before is None or promise.after > promise.before
    said = f"healing is paused until {promise.after}" + (f", not {promise.before}" if promise.before else "")
    yield Class.WEAKENS if later else Class.STRENGTHENS, said


@numbered("C608", "canaries or windows of a sync change (neutral)")
def staged_sync(promise: Promise) -> Iterator[Verdict]:
    """It says when and in which order something is written, never what: whatever weakens is judged by itself."""
    before, after = ("; ".join(str(staging_from(one)) for one in side) or "(none)" for side in promise[1:])
    yield Class.NEUTRAL, f"syncs are staged by {after}, not {before}"


@numbered("C605", "an app is gone, with its guardrails, verification and healing (weakens)")
def no_leaf(promise: Promise) -> Iterator[Verdict]:
    yield Class.WEAKENS, "the app is gone there, and with it what it promised"


@numbered("C606", "what the last synced version promised is not recorded (weakens)")
def unrecorded(promise: Promise) -> Iterator[Verdict]:
    yield Class.WEAKENS, f"what {promise.before} promised is not recorded, so that nothing can be compared with it"


def shown(path: str, value: Any) -> str:
    """A value as it is written in a bundle."""
    key = path.partition(".")[2]
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and (key in IN_MINUTES or key in _LIMITS):
        return spoken_minutes(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown('', held)}" for name, held in value.items())
    if isinstance(value, list | tuple):
        return " and ".join(shown("", item) for item in value) if _nested(value) else ", ".join(map(str, value))
    return str(value)


def _nested(value: Iterable[Any]) -> bool:
    return any(isinstance(item, list | tuple) for item in value)


POLICY_RULES = (guardrail, waiver, verification, alerts, self_heal, pause, staged_sync, no_leaf, unrecorded)
