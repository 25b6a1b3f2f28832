"""Every environment variable of the functions, typed, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from backup_apps.domain.catalog import Quotas


class Settings(BaseModel):
    """What a deployment says. Names in the environment are the upper-case names of the members."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    hub_name: str
    policy_bucket: str
    state_bucket: str
    state_table: str
    alert_topic_arn: str
    sync_state_machine_arn: str = ""
    """Only the function that admits bundles starts syncs."""
    admit_bundle_function: str = ""
    """Only the function that finds lost uploads has them admitted."""
    heal_target_function: str = ""
    """Only the functions that find drift have it put back."""
    publish_page_function: str = ""
    """Only the functions that find drift, or put it back, between sweeps have it shown."""
    verify_state_machine_arn: str = ""
    """Only the functions that start verifications, and let them go on, know their machine."""
    trust_policy_parameter: str = ""
    """The name of the SSM parameter with the trust policy; only the functions that admit bundles and sweep read it."""
    approval_policy_parameter: str = ""
    """The name of the SSM parameter with the approval policy; only the functions of approvals read it."""
    ledger_key_arn: str = ""
    """Only the functions that sign checkpoints know the key."""
    ledger_lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    ledger_lock_days: int = Field(default=2557, ge=1)
    """How long objects of the ledger's archive are kept."""
    member_plan_role: str = "backup-apps-plan"
    member_sync_role: str = "backup-apps-sync"
    member_verify_role: str = "backup-apps-verify"
    member_inspect_role: str = "backup-apps-inspect"
    member_external_id: str = Field(min_length=2)
    max_prunes: int = Field(default=25, ge=0)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Raises ValidationError, which names what is missing."""
    names = {name: name.upper() for name in Settings.model_fields}
    return Settings(**{name: environment[upper] for name, upper in names.items() if upper in environment})


def extra_regions_from(environment: Mapping[str, str]) -> frozenset[str]:
    """Regions newer than this release, from BACKUP_APPS_EXTRA_REGIONS, separated by commas or blanks."""
    return frozenset(environment.get("BACKUP_APPS_EXTRA_REGIONS", "").replace(",", " ").split())


class QuotasError(ValueError):
    """BACKUP_APPS_QUOTAS can't be read; the text says what would be right."""


def quotas_from(environment: Mapping[str, str]) -> Quotas:
    """Quotas that AWS raised, from BACKUP_APPS_QUOTAS: `plansPerRegion=500, vaultsPerRegion=400`.

    Raises QuotasError.
    """
    from backup_apps.domain.catalog import Quotas

    written = environment.get("BACKUP_APPS_QUOTAS", "").replace(",", " ").split()
    try:
        return Quotas.model_validate({name: number for name, _, number in (word.partition("=") for word in written)})
    except ValidationError as error:
        names = ", ".join(str(info.alias) for info in Quotas.model_fields.values())
        wrong = error.errors(include_url=False)[0]["loc"][0]
        raise QuotasError(
            f"BACKUP_APPS_QUOTAS can't be read at '{wrong}': write plansPerRegion=500, and so for any of {names}"
        ) from None
