"""What an operator says in the environment about quotas and regions."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from backup_apps.domain.catalog import Quotas
from backup_apps.settings import QuotasError, extra_regions_from, quotas_from
from backup_apps.wiring import catalog
from backup_apps_cli.main import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme"


def test_what_is_not_written_is_awss_default() -> None:
    assert quotas_from({}) == quotas_from({"BACKUP_APPS_QUOTAS": ""}) == Quotas()


def test_raised_quotas_count_in_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_APPS_QUOTAS", "plansPerRegion=500, vaultsPerRegion=400")

    assert catalog().quotas == Quotas(plans_per_region=500, vaults_per_region=400)


@pytest.mark.parametrize("written", ["plansPerRegio=500", "plansPerRegion", "plansPerRegion=many", "plansPerRegion=-1"])
def test_what_cannot_be_read_is_refused_with_what_would_be_right(written: str) -> None:
    with pytest.raises(QuotasError, match=r"at 'plansPerRegio.*write plansPerRegion=500.*wildcardsPerSelection"):
        quotas_from({"BACKUP_APPS_QUOTAS": written})


def test_the_command_line_says_so_without_a_traceback() -> None:
    told = CliRunner(env={"BACKUP_APPS_QUOTAS": "plans=9"}).invoke(main, ["validate", str(EXAMPLE)])

    assert told.exit_code == 1
    assert "BACKUP_APPS_QUOTAS can't be read at 'plans'" in told.output


def test_a_lowered_quota_refuses_the_example() -> None:
    told = CliRunner(env={"BACKUP_APPS_QUOTAS": "rulesPerPlan=1"}).invoke(main, ["validate", str(EXAMPLE)])

    assert told.exit_code == 1
    assert "a plan has 1 rules at most" in told.output


def test_regions_stand_between_commas_or_blanks() -> None:
    assert extra_regions_from({"BACKUP_APPS_EXTRA_REGIONS": "xx-north-1, xx-south-1"}) == {"xx-north-1", "xx-south-1"}
