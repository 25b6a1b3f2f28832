"""The virtual clock: whatever is due until a moment happens, in order, each at its own time.

The same story has the same outcome: equal moments keep the order in which they were appointed, and nothing looks at a
clock but the service that asks.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TypeVar

from backup_apps_local.backup.announcements import deliver_held
from backup_apps_local.backup.backup_jobs import finish_backup, give_up_backup, start_backup
from backup_apps_local.backup.copy_jobs import finish_copy, start_copy
from backup_apps_local.backup.lifecycles import cool, expire
from backup_apps_local.backup.records import BackupJob, CopyJob, RestoreJob
from backup_apps_local.backup.restore_jobs import end_validation, finish_restore, start_restore
from backup_apps_local.backup.restore_tests import run_restore_test
from backup_apps_local.backup.schedules import run_rule
from backup_apps_local.backup.site import Site
from backup_apps_local.backup.state import World

Act = Callable[[Site, str], None]
Job = TypeVar("Job", BackupJob, CopyJob, RestoreJob)

JOBS_KEPT = timedelta(days=30)
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html: jobs of the last 30 days."""


def forget_jobs(world: World, now: datetime) -> None:
    """Jobs that ended more than 30 days ago, once a day; recovery points know by themselves who made them."""
    if world.forgot is not None and now < world.forgot + timedelta(days=1):
        return
    world.forgot = now
    oldest = now - JOBS_KEPT
    for region in world.regions.values():
        _forget_old(region.backup_jobs, oldest)
        _forget_old(region.copy_jobs, oldest)
        _forget_old(region.restore_jobs, oldest)


def _forget_old(jobs: dict[str, Job], oldest: datetime) -> None:
    """They stand in order of their creation, so the first young one ends the search."""
    old = takewhile(lambda job_id: jobs[job_id].created < oldest, jobs)
    gone = [job_id for job_id in old if (completed := jobs[job_id].completed) is not None and completed < oldest]
    for job_id in gone:
        del jobs[job_id]


ACTS: dict[str, Act] = {
    "cool": cool,
    "deliver": deliver_held,
    "end-validation": end_validation,
    "expire": expire,
    "finish-backup": finish_backup,
    "finish-copy": finish_copy,
    "finish-restore": finish_restore,
    "give-up-backup": give_up_backup,
    "run-restore-test": run_restore_test,
    "run-rule": run_rule,
    "start-backup": start_backup,
    "start-copy": start_copy,
    "start-restore": start_restore,
}


def run_until(world: World, until: datetime, site_at: Callable[[str, datetime], Site]) -> None:
    """`site_at` gives the site of an `account/region` at a moment."""
    with _without_garbage_collection():
        _run_until(world, until, site_at)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A year makes millions of records, in no cycles and here to stay; going through them takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run_until(world: World, until: datetime, site_at: Callable[[str, datetime], Site]) -> None:
    agenda = world.agenda
    while (moment := agenda.next) is not None and moment <= until:
        forget_jobs(world, moment)
        sites: dict[str, Site] = {}
        for kind, place, subject in agenda.due[moment]:
            site = sites.get(place)
            if site is None:
                site = sites[place] = site_at(place, moment)
            ACTS[kind](site, subject)
        agenda.end_moment()
