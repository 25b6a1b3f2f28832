"""What AWS Backup would refuse, at the call or at run time, found before anything is called.

Numbers never change their meaning: B1xx retention, B2xx schedules, B3xx copies, B4xx selections, B5xx tags, B6xx
vaults, B7xx plans, B8xx between apps and targets, B9xx verification; L1xx what is accepted and surely not meant.
"""

from backup_apps.domain.constraints.copies import COPIES
from backup_apps.domain.constraints.lint import LINTS
from backup_apps.domain.constraints.plans import PLANS
from backup_apps.domain.constraints.restore_testing import TESTS
from backup_apps.domain.constraints.retention import RETENTION
from backup_apps.domain.constraints.rule import Constraint, Subject, Violation
from backup_apps.domain.constraints.schedules import SCHEDULES
from backup_apps.domain.constraints.selections import SELECTIONS
from backup_apps.domain.constraints.tags import TAGS
from backup_apps.domain.constraints.vaults import VAULTS
from backup_apps.domain.constraints.verification import VERIFICATION

CONSTRAINTS: tuple[Constraint, ...] = (
    *RETENTION,
    *SCHEDULES,
    *COPIES,
    *SELECTIONS,
    *TAGS,
    *VAULTS,
    *PLANS,
    *VERIFICATION,
    *TESTS,
)

__all__ = ["CONSTRAINTS", "LINTS", "Constraint", "Subject", "Violation"]
