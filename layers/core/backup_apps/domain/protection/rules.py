"""Every rule by which changes are judged, in the order of their numbers."""

from typing import Any

from backup_apps.domain.protection.access_policies import ACCESS_POLICY_RULES
from backup_apps.domain.protection.assessment import GENERAL_RULES
from backup_apps.domain.protection.lifecycles import LIFECYCLE_RULES
from backup_apps.domain.protection.plan_rules import RULE_RULES
from backup_apps.domain.protection.plans import PLAN_RULES
from backup_apps.domain.protection.policy_changes import POLICY_RULES
from backup_apps.domain.protection.restore_testing import TESTING_RULES
from backup_apps.domain.protection.rule import Rule
from backup_apps.domain.protection.selections import SELECTION_RULES
from backup_apps.domain.protection.vaults import VAULT_RULES

_ALL: tuple[tuple[Rule[Any], ...], ...] = (
    GENERAL_RULES,
    PLAN_RULES,
    RULE_RULES,
    LIFECYCLE_RULES,
    SELECTION_RULES,
    VAULT_RULES,
    TESTING_RULES,
    ACCESS_POLICY_RULES,
    POLICY_RULES,
)

RULES: tuple[Rule[Any], ...] = tuple(sorted((rule for rules in _ALL for rule in rules), key=lambda rule: rule.number))
