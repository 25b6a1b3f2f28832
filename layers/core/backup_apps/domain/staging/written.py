"""How syncs are staged, as apps write it."""

from typing import NamedTuple

from pydantic import ValidationError

from backup_apps.domain.apps import App
from backup_apps.domain.documents import Sync
from backup_apps.domain.nodes import Mapping, Sequence, plain
from backup_apps.domain.places import Place
from backup_apps.domain.staging.settings import Canary, Staging, Window


class WrittenStaging(NamedTuple):
    """What an app asks for, and where it stands."""

    staging: Staging
    canary: Place
    windows: Place
    zones: tuple[Place, ...]
    """Of the time zone of each window, or of the window where it writes none."""


def staging_of(app: App) -> tuple[WrittenStaging, ...]:
    """The `sync` of an app; nothing where it asks for nothing, or where something in it was refused."""
    written = app.spec.get("sync")
    if not isinstance(written, Mapping):
        return ()
    try:
        sync = Sync.model_validate(plain(written))
    except ValidationError:  # each mistake in it is told at its place already
        return ()
    return (_placed(app, written, sync),) if sync.canary or sync.windows else ()


def _placed(app: App, written: Mapping, sync: Sync) -> WrittenStaging:
    canary = Canary(sync.canary.bake, sync.canary.accounts, sync.canary.regions) if sync.canary else None
    windows = tuple(Window(one.schedule, one.timezone, one.duration) for one in sync.windows)
    places = {key: entry.key_place for key, entry in written.entries.items()}
    return WrittenStaging(
        Staging(app.name, canary, windows),
        canary=places.get("canary", written.place),
        windows=places.get("windows", written.place),
        zones=_zones(written),
    )


def _zones(written: Mapping) -> tuple[Place, ...]:
    windows = written.get("windows")
    items = windows.items if isinstance(windows, Sequence) else ()
    zones = (item.get("timezone") if isinstance(item, Mapping) else None for item in items)
    return tuple((zone or item).place for item, zone in zip(items, zones, strict=True))
