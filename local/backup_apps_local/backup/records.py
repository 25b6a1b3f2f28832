"""What jobs leave behind: recovery points, the jobs themselves, legal holds and restore tests, as they are saved.

Documents are in AWS's shape and are shared between records, so they are replaced, never changed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Document = dict[str, Any]


@dataclass(slots=True)
class RecoveryPoint:
    """`created` is when its backup job was created; a copy has the date of its original."""

    arn: str
    vault_name: str
    vault_arn: str
    resource_arn: str
    resource_type: str
    resource_name: str | None
    role_arn: str
    created: datetime
    completed: datetime
    size: int
    lifecycle: Document
    key_arn: str | None
    handle: str
    restore_metadata: dict[str, str]
    tags: dict[str, str]
    created_by: Document | None = None
    source_vault_arn: str | None = None
    is_continuous: bool = False
    status: str = "COMPLETED"
    status_message: str | None = None
    storage_class: str = "WARM"
    cools: datetime | None = None
    expires: datetime | None = None
    last_restored: datetime | None = None


@dataclass(slots=True)
class BackupJob:
    """`copies` are the copy actions of its rule; `tries` counts those that did not start it. It `is_stuck`, and leaves
    behind a recovery point that `is_partial`, where a fault was asked for."""

    job_id: str
    vault_name: str
    vault_arn: str
    resource_arn: str
    resource_type: str
    resource_name: str | None
    role_arn: str
    created: datetime
    start_by: datetime
    complete_by: datetime
    lifecycle: Document
    tags: dict[str, str]
    created_by: Document | None = None
    copies: list[Document] = field(default_factory=list)
    options: dict[str, str] | None = None
    is_continuous: bool = False
    token: str | None = None
    state: str = "CREATED"
    status_message: str | None = None
    started: datetime | None = None
    completed: datetime | None = None
    recovery_point_arn: str | None = None
    size: int = 0
    key_arn: str | None = None
    tries: int = 0
    is_stuck: bool = False
    is_partial: bool = False


@dataclass(slots=True)
class CopyJob:
    job_id: str
    source_vault_name: str
    source_vault_arn: str
    source_point_arn: str
    destination_vault_arn: str
    resource_arn: str
    resource_type: str
    resource_name: str | None
    role_arn: str
    created: datetime
    lifecycle: Document | None
    size: int
    created_by: Document | None = None
    backup_job_id: str | None = None
    token: str | None = None
    state: str = "CREATED"
    status_message: str | None = None
    completed: datetime | None = None
    destination_point_arn: str | None = None
    destination_key_arn: str | None = None
    destination_lifecycle: Document | None = None


@dataclass(slots=True)
class RestoreJob:
    """Of a restore test where `testing_plan_arn` is set; `window` is then how long its result can be validated."""

    job_id: str
    point_arn: str
    vault_arn: str
    source_arn: str
    resource_type: str
    role_arn: str | None
    created: datetime
    point_created: datetime
    metadata: dict[str, str]
    size: int
    tags: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    testing_plan_arn: str | None = None
    window: timedelta | None = None
    start_by: datetime | None = None
    status: str = "PENDING"
    status_message: str | None = None
    completed: datetime | None = None
    created_arn: str | None = None
    validation: str | None = None
    validation_message: str | None = None
    deletion: str | None = None
    deletion_message: str | None = None


@dataclass(slots=True)
class LegalHold:
    """`points` are the recovery points that it holds, fixed when it was made."""

    hold_id: str
    arn: str
    title: str
    description: str
    created: datetime
    selection: Document | None
    dates: tuple[datetime, datetime] | None
    points: list[str]
    tags: dict[str, str]
    token: str | None = None
    status: str = "ACTIVE"
    cancel_description: str | None = None
    cancelled: datetime | None = None
    retain_until: datetime | None = None


@dataclass(slots=True)
class RestoreTestingSelection:
    name: str
    created: datetime
    creator_request_id: str | None
    document: Document


@dataclass(slots=True)
class RestoreTestingPlan:
    name: str
    arn: str
    created: datetime
    creator_request_id: str | None
    document: Document
    tags: dict[str, str]
    revision: int = 0
    """Counts updates, so that runs scheduled for an older form are known."""
    updated: datetime | None = None
    last_run: datetime | None = None
    selections: dict[str, RestoreTestingSelection] = field(default_factory=dict)


@dataclass(slots=True)
class Fault:
    """Something that goes wrong because it was asked for. `target` is a pattern, `times` how often, None for ever."""

    kind: str
    target: str = "*"
    times: int | None = 1
    message: str | None = None
    delay: timedelta | None = None
    value: str | None = None
