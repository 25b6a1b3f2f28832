"""The conditions that a resource has to meet for a rule of a plan to back it up, in their order."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from backup_apps.domain.why.facts import PlanFacts


class Name(StrEnum):
    """What is looked at, in this order."""

    TARGET = "target"
    """A bundle has its account and region."""
    SYNCED = "synced"
    """A version of the bundle reached them."""
    PLAN = "plan"
    """The plan and the selection that the version asked for are there."""
    SELECTED = "selected"
    """A selection names it, by its ARN or by a tag."""
    EXCLUDED = "excluded"
    CONDITIONS = "conditions"
    """All conditions of the selection on tags hold."""
    OPT_IN = "opt-in"
    """Its type is opted in there."""
    ROLE = "role"
    """The role of the selection is there."""
    TRUST = "trust"
    """AWS Backup may assume it."""
    VAULT = "vault"
    KEY = "key"
    """The key of the vault serves."""
    VAULT_POLICY = "vault-policy"
    """The access policy of the vault denies nothing that a backup needs."""
    LOCK = "lock"
    """The vault's lock allows the retention of the rule."""
    VERSIONING = "versioning"
    """Of a bucket."""
    LAST_JOB = "last-job"
    """The last backup did not fail."""


class Way(NamedTuple):
    """A way in which it could be backed up: a rule of a plan, by one of its selections."""

    plan: PlanFacts
    selection: Mapping[str, Any]
    rule: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.plan.name}/{self.selection.get('SelectionName', '')}"

    @property
    def role(self) -> str:
        return str(self.selection.get("IamRoleArn", ""))

    @property
    def vault(self) -> str:
        return str(self.rule.get("TargetBackupVaultName", ""))

    @property
    def rule_name(self) -> str:
        return str(self.rule.get("RuleName", ""))


class Check(NamedTuple):
    """One condition. `holds` is None where nobody can tell, and that is no protection either way."""

    name: Name
    holds: bool | None
    said: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name.value, "holds": self.holds, "said": self.said}


class Judged(NamedTuple):
    """All that was looked at of the way that comes nearest."""

    checks: tuple[Check, ...]
    way: Way | None = None

    @property
    def failed(self) -> Check | None:
        """The first that does not hold; None where none does not."""
        return next((check for check in self.checks if check.holds is False), None)

    @property
    def is_protected(self) -> bool:
        return bool(self.checks) and self.failed is None

    @property
    def passed(self) -> int:
        """How many hold before the first that does not."""
        failed = self.failed
        return self.checks.index(failed) if failed else len(self.checks)
