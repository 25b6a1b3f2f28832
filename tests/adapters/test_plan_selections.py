"""Selections of plans of anybody, from the local AWS Backup service."""

from test_backup_target import FULL, World

from backup_apps.adapters.plan_selections import selections_of
from backup_apps.domain.normal_form import backup_selection


def test_they_read_as_they_were_asked_for() -> None:
    world = World()
    world.sync(FULL)
    live = {plan.name: plan.id for plan in world.read(FULL).plans}
    for plan in FULL.plans:
        found = {one["SelectionName"]: one for one in selections_of(world.backup, live[plan.name])}
        assert found == {one["SelectionName"]: backup_selection(one) for one in plan.selections}
