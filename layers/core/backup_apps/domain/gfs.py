"""Grandfather, father, son: a rule for each tier of `plans.<key>.gfs`, over which `rules.<tier>` merges."""

from backup_apps.domain.inheritance import History, Merged, MergedMapping, MergedScalar, Removed, Step, Unknown
from backup_apps.domain.nodes import Scalar
from backup_apps.domain.quantities import read_clock
from backup_apps.domain.variables import Scope

GENERATED = "gfs"
"""The operator of the step that computes a schedule."""

_DAYS = {"daily": "* * ? *", "weekly": "? * SUN *", "monthly": "1 * ? *", "yearly": "1 1 ? *"}
"""The last four fields of each tier's cron."""
_SHARED = ("vault", "timezone", "copies")


def expand_gfs(policy: Merged | None, scope: Scope | None = None) -> Merged | None:
    """The policy with the rules of every `gfs` written out; without a scope, a time in a variable stays as it is."""
    plans = policy.entries.get("plans") if isinstance(policy, MergedMapping) else None
    if not isinstance(policy, MergedMapping) or not isinstance(plans, MergedMapping):
        return policy
    if not any(isinstance(plan, MergedMapping) and "gfs" in plan.entries for plan in plans.entries.values()):
        return policy
    expanded = {key: _expand_plan(plan, scope) for key, plan in plans.entries.items()}
    return policy._replace(entries={**policy.entries, "plans": plans._replace(entries=expanded)})


def _expand_plan(plan: Merged, scope: Scope | None) -> Merged:
    gfs = plan.entries.get("gfs") if isinstance(plan, MergedMapping) else None
    if not isinstance(plan, MergedMapping) or not isinstance(gfs, MergedMapping):
        return plan
    written = plan.entries.get("rules")
    generated = {tier: _rule(tier, gfs, scope) for tier in _DAYS if _is_there(gfs.entries.get(tier))}
    base = MergedMapping(dict(generated), gfs.key_place, gfs.history)
    rules = overlay(base, written) if written is not None and not isinstance(written, Removed) else base
    return plan._replace(entries={**plan.entries, "rules": rules})


def _is_there(merged: Merged | None) -> bool:
    return merged is not None and not isinstance(merged, Removed)


def _rule(tier: str, gfs: MergedMapping, scope: Scope | None) -> Merged:
    retention = gfs.entries[tier]
    entries: dict[str, Merged] = {key: gfs.entries[key] for key in _SHARED if _is_there(gfs.entries.get(key))}
    entries["schedule"] = _schedule(tier, gfs, scope)
    place = retention.key_place if isinstance(retention, MergedMapping) else retention.history.last.place
    return MergedMapping({**entries, "retention": retention}, place, retention.history)


def _schedule(tier: str, gfs: MergedMapping, scope: Scope | None) -> Merged:
    """The cron of a tier; unknown where `at` is missing or no time of day, which is reported by itself."""
    at = gfs.entries.get("at")
    if not isinstance(at, MergedScalar):
        return Unknown(gfs.history)
    try:
        hour, minute = read_clock(scope.substitute(str(at.value)) if scope else at.value)
    except ValueError:
        return Unknown(at.history)
    text = f"cron({minute} {hour} {_DAYS[tier]})"
    last = at.history.last
    return MergedScalar(text, at.history.then(Step(Scalar(text, last.place), GENERATED, last.place, last.app)))


def overlay(below: Merged, above: Merged) -> Merged:
    """What is written over what is generated: mappings key by key, everything else as written, histories in a row."""
    history = History((*below.history.steps, *above.history.steps), above.history.controls)
    if not isinstance(above, MergedMapping) or not isinstance(below, MergedMapping):
        return above._replace(history=history)
    entries = dict(below.entries)
    for key, value in above.entries.items():
        entries[key] = overlay(entries[key], value) if key in entries else value
    return MergedMapping(entries, above.key_place, history)
