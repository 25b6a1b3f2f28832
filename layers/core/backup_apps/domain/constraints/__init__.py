"""What AWS Backup would refuse, at the call or at run time, found before anything is called."""

from backup_apps.domain.constraints.rule import Constraint, Subject, Violation

CONSTRAINTS: tuple[Constraint, ...] = ()

__all__ = ["CONSTRAINTS", "Constraint", "Subject", "Violation"]
