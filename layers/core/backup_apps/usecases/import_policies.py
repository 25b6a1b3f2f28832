"""A bundle from AWS Organizations backup policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from backup_apps.domain.organizations.plans import plans_of
from backup_apps.usecases.import_plans import Imported, Resolver, import_plans


def import_policies(
    effective: Mapping[str, Any], accounts: Sequence[str], bundle: str, description: str, resolve: Resolver
) -> Imported:
    """The bundle that gives the accounts the plans of an effective policy. Policies don't say whom they reach."""
    found = [plan for account in accounts for plan in plans_of(effective, account)]
    return import_plans(found, bundle, description, resolve)
