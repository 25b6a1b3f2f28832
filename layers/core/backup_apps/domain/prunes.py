"""How much a sync may delete: a bound on what one wrong line in a bundle can take away."""

from collections import Counter

from backup_apps.domain.changes import ChangeSet, Create, Kind, Prune
from backup_apps.domain.errors import TooManyPrunesError

_SHOWN = 5


def pruned(change_set: ChangeSet) -> tuple[str, ...]:
    """What a sync would take away: plans, vaults, and selections of plans that stay, unless new ones replace them.
    Settings and tags are not counted."""
    gone = [change for change in change_set.writes if isinstance(change, Prune)]
    plans = {change.name for change in gone if change.kind is Kind.PLAN}
    selections = [change for change in gone if change.kind is Kind.SELECTION and change.name not in plans]
    replaced = Counter(
        change.name for change in change_set.writes if change.kind is Kind.SELECTION and isinstance(change, Create)
    )
    seen: Counter[str] = Counter()
    counted = [change.title for change in gone if change.kind in (Kind.PLAN, Kind.VAULT)]
    for change in selections:
        seen[change.name] += 1
        counted += [change.title] if seen[change.name] > replaced[change.name] else []
    return tuple(counted)


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
