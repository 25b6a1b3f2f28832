"""How much a sync may delete: a bound on what one wrong line in a bundle can take away."""

from collections import Counter
from collections.abc import Iterable, Iterator

from backup_apps.domain.changes import ChangeSet, Create, Kind, Prune
from backup_apps.domain.errors import TooManyPrunesError

_SHOWN = 5


def pruned(change_set: ChangeSet) -> tuple[str, ...]:
    """What a sync would take away: plans, vaults, restore testing plans, and selections of plans that stay, unless new
    ones replace them. Settings and tags are not counted."""
    gone = [change for change in change_set.writes if isinstance(change, Prune)]
    counted = [change.title for change in gone if change.kind in (Kind.PLAN, Kind.VAULT, Kind.TESTING_PLAN)]
    counted += _selections(change_set, gone, Kind.PLAN, Kind.SELECTION)
    return (*counted, *_selections(change_set, gone, Kind.TESTING_PLAN, Kind.TESTING_SELECTION))


def _selections(change_set: ChangeSet, gone: Iterable[Prune], whole: Kind, part: Kind) -> Iterator[str]:
    """Those of plans that stay, as far as they are not replaced."""
    plans = {change.name for change in gone if change.kind is whole}
    created = (change for change in change_set.writes if change.kind is part and isinstance(change, Create))
    replaced = Counter(change.name for change in created)
    seen: Counter[str] = Counter()
    for change in gone:
        if change.kind is part and change.name not in plans:
            seen[change.name] += 1
            if seen[change.name] > replaced[change.name]:
                yield change.title


def check_prunes(change_set: ChangeSet, most: int, location: str) -> None:
    """Raises TooManyPrunesError where more than `most` would go. `location` is where the change set lies."""
    gone = pruned(change_set)
    if len(gone) <= most:
        return
    shown = ", ".join(gone[:_SHOWN]) + (f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else "")
    raise TooManyPrunesError(
        f"{len(gone)} things would be deleted ({shown}), and this hub deletes at most {most} in a target at once. "
        f"Look at {location}. If that is meant, take them away in several pushes, or deploy the hub with "
        f"MaxPrunes={len(gone)} and push again as a new version"
    )
