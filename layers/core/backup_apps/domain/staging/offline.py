"""What can be said of staged syncs before anything is pushed: windows that never open, canaries that prove nothing."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time

from backup_apps.domain.catalog import Catalog
from backup_apps.domain.desired import Target
from backup_apps.domain.leaves import Heir, Leaf
from backup_apps.domain.places import Finding, finding
from backup_apps.domain.staging.windows import HORIZON, common_opening
from backup_apps.domain.staging.written import WrittenStaging


def refused_staging(heirs: Iterable[Heir], leaves: Iterable[Leaf], catalog: Catalog) -> Iterator[Finding]:
    """Time zones that nobody knows, and targets that could never be changed."""
    written = _by_app(heirs)
    if not written:
        return
    unknown = [one for one in written.values() if not _zones_known(one, catalog)]
    for one in unknown:
        yield from _unknown_zones(one, catalog)
    refused = {one.staging.app for one in unknown}
    for apps, targets in _held(leaves).items():
        if not refused & set(apps) and _never_open([written[app] for app in apps], catalog):
            yield _never([written[app] for app in apps], targets)


def idle_canaries(heirs: Iterable[Heir], leaves: Iterable[Leaf]) -> Iterator[Finding]:
    """Canaries that are no target of their app, or all of them: nothing waits for them."""
    reached: dict[str, set[Target]] = {}
    for leaf in leaves:
        for one in leaf.heir.staging:
            reached.setdefault(one.staging.app, set()).add(leaf.target)
    for app, one in _by_app(heirs).items():
        canary, targets = one.staging.canary, reached.get(app, set())
        taken = {target for target in targets if canary and canary.takes(target)}
        if canary and targets and taken in (set(), targets):
            what = f"each of the targets of '{app}'" if taken else f"no target of '{app}'"
            message = f"the canary takes in {what}, so nothing waits for it: correct its patterns, or remove it"
            yield finding(one.canary, ("sync", "canary"), message)


def _by_app(heirs: Iterable[Heir]) -> dict[str, WrittenStaging]:
    return {one.staging.app: one for heir in heirs for one in heir.staging}


def _zones_known(one: WrittenStaging, catalog: Catalog) -> bool:
    return all(window.timezone in catalog.timezones for window in one.staging.windows)


def _unknown_zones(one: WrittenStaging, catalog: Catalog) -> Iterator[Finding]:
    for index, (window, place) in enumerate(zip(one.staging.windows, one.zones, strict=True)):
        if window.timezone not in catalog.timezones:
            path = ("sync", "windows", index, "timezone")
            wanted = "write a name such as Europe/Berlin or Etc/UTC"
            yield finding(place, path, f"'{window.timezone}' is not a time zone of the IANA list; {wanted}")


def _held(leaves: Iterable[Leaf]) -> dict[tuple[str, ...], list[Target]]:
    """Targets by the apps whose windows hold there, in the order of the hierarchy."""
    apps: dict[Target, dict[str, None]] = {}
    for leaf in leaves:
        with_windows = (one.staging.app for one in leaf.heir.staging if one.staging.windows)
        apps.setdefault(leaf.target, {}).update(dict.fromkeys(with_windows))
    held: dict[tuple[str, ...], list[Target]] = {}
    for target, names in sorted(apps.items()):
        if names:
            held.setdefault(tuple(names), []).append(target)
    return held


def _never_open(held: list[WrittenStaging], catalog: Catalog) -> bool:
    today = datetime.combine(catalog.today, time(tzinfo=UTC))
    return common_opening([one.staging.windows for one in held], today, catalog.zone_of) is None


def _never(held: list[WrittenStaging], targets: list[Target]) -> Finding:
    """At the windows of the app that is deepest, which its owner can widen."""
    names = " and ".join(f"'{one.staging.app}' ({one.windows})" for one in held)
    more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
    opens = "the windows of {} are never open together" if len(held) > 1 else "no window of {} opens"
    cure = "give them a time in common" if len(held) > 1 else "write a schedule that runs sooner"
    within = f"within {HORIZON.days} days, so {targets[0]}{more} could not be changed; {cure}"
    message = f"{opens.format(names)} {within}"
    return finding(held[-1].windows, ("sync", "windows"), message)
