"""Writes the restore testing plans of one target: one call for each change, and a repeat of any does no harm.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from collections.abc import Callable
from typing import Any

from backup_apps.adapters.aws_errors import translated
from backup_apps.domain.changes import Create, Prune, Update, Write
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import AlreadyExistsError, ConflictError, InvalidError, NotFoundError
from backup_apps.domain.request_ids import request_id


class RestoreTestingWrites:
    """On behalf of a commit. What must be read is read through a client of its own; `check_ours` raises where what
    exists already is another's."""

    def __init__(
        self, backup: Any, reading: Any, version: Version, check_ours: Callable[[Create, AlreadyExistsError], None]
    ) -> None:
        self._backup, self._reading, self._version, self._check_ours = backup, reading, version, check_ours

    def plan(self, change: Write) -> str | None:
        """The ARN of what was created."""
        match change:
            case Create():
                return self._create_plan(change)
            case Update():
                self._backup.update_restore_testing_plan(
                    RestoreTestingPlanName=change.name, RestoreTestingPlan=change.after
                )
            case Prune():
                self._delete_plan(change.name)
        return None

    def _create_plan(self, change: Create) -> str:
        identity = request_id(change.after, self._version)
        try:
            with translated():
                made = self._backup.create_restore_testing_plan(**change.after, CreatorRequestId=identity)
                return str(made["RestoreTestingPlanArn"])
        except AlreadyExistsError as error:
            self._check_ours(change, error)
            return error.arn

    def _delete_plan(self, name: str) -> None:
        """AWS has no error of its own for a plan that is not there, so it is looked for."""
        try:
            with translated():
                self._backup.delete_restore_testing_plan(RestoreTestingPlanName=name)
        except NotFoundError:
            return
        except InvalidError:
            if self._is_there(name):
                raise

    def _is_there(self, name: str) -> bool:
        try:
            with translated():
                self._reading.get_restore_testing_plan(RestoreTestingPlanName=name)
        except NotFoundError:
            return False
        return True

    def selection(self, change: Write) -> None:
        names = {"RestoreTestingPlanName": change.name, "RestoreTestingSelectionName": change.item}
        match change:
            case Create():
                self._create_selection(change)
            case Update():
                self._backup.update_restore_testing_selection(**names, RestoreTestingSelection=change.after)
            case Prune():
                try:
                    with translated():
                        self._backup.delete_restore_testing_selection(**names)
                except NotFoundError:
                    return

    def _create_selection(self, change: Create) -> None:
        """Its name does not tell what it holds, so one that somebody else made meanwhile is no success."""
        identity = request_id([change.name, change.after], self._version)
        try:
            with translated():
                self._backup.create_restore_testing_selection(
                    RestoreTestingPlanName=change.name, RestoreTestingSelection=change.after, CreatorRequestId=identity
                )
        except AlreadyExistsError as error:
            raise ConflictError([f"{change.title} was made by somebody else meanwhile; push again"]) from error
