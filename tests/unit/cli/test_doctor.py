"""doctor: its document, its text and its exit codes."""

from pathlib import Path
from typing import Any

import pytest
from ledger_hub import EXAMPLE, Acme, printed, run

from backup_apps import remote_wiring
from backup_apps.domain.doctor.facts import Examination, Unknown
from backup_apps.usecases import examine
from backup_apps_cli import doctor_commands, main
from backup_apps_cli.hub import connect as connect_to
from doctor.healthy import HEALTHY, TARGET_FACTS


class Hub:
    def place(self) -> Any:
        return HEALTHY.hub.place


@pytest.fixture
def found(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> list[examine.Examined]:
    """What was asked for; what is found is a healthy world, or what a test puts behind it."""
    asked: list[Any] = []

    def look(examined: examine.Examined) -> Examination:
        asked.append(examined)
        return asked[0] if isinstance(asked[0], Examination) else HEALTHY

    monkeypatch.setattr(doctor_commands, "connect", lambda stack: acme.remote)
    monkeypatch.setattr(remote_wiring, "hub_account", Hub)
    monkeypatch.setattr(examine, "examine", look)
    return asked


def test_all_is_well(found: list[Any]) -> None:
    result = run("doctor", "111111111111/eu-west-1", "--output", "json")

    checks = printed(result)["checks"]
    assert result.exit_code == 0
    assert {one["state"] for one in checks} == {"ok"}
    assert set(checks[0]) == {"id", "subject", "account", "region", "state", "message"}
    assert [str(one) for one in found[0].asked.targets] == ["111111111111/eu-west-1"]


def test_what_is_not_well_is_said_with_its_cure_and_fails(found: list[Any]) -> None:
    ill = TARGET_FACTS._replace(rule=None, trails=Unknown("AccessDenied"))
    found.append(HEALTHY._replace(targets=dict.fromkeys(HEALTHY.targets, ill)))

    result = run("doctor")

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "not ok  D302 rule backup-apps-forward  111111111111/eu-west-1" in lines
    assert "    cure: deploy member.yaml of this release in this region (docs/deploy.md)" in lines
    assert "unknown D301 trail of write management events  111111111111/eu-west-1" in lines
    assert not any(line.startswith("ok ") for line in lines)
    assert lines[-2].endswith("1 not ok, 2 unknown   (--all shows what is ok)")
    assert lines[-1] == "Next: the cures, then the same backup-apps doctor again"


def test_what_is_unknown_alone_fails_too(found: list[Any]) -> None:
    found.append(HEALTHY._replace(hub=HEALTHY.hub._replace(trust_policy=Unknown("AccessDenied"))))

    assert run("doctor").exit_code == 1


def test_all_shows_what_is_ok(found: list[Any]) -> None:
    assert "ok      D104 topic there  999999999999/eu-west-1" in run("doctor", "--all").stdout.splitlines()


def test_a_bundle_says_what_to_look_for(found: list[Any]) -> None:
    assert run("doctor", "--bundle", EXAMPLE).exit_code == 0

    asked = found[0].asked
    assert {target.account for target in asked.targets} == {"111111111111", "222222222222"}
    assert {role.name for role in asked.roles} == {"acme-backup"}


def test_a_broken_bundle_is_validates_document(found: list[Any], tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text("apiVersion: backup-apps/v1\n")

    result = run("doctor", "--bundle", tmp_path, "--output", "json")

    assert (result.exit_code, printed(result)["valid"]) == (1, False)


def test_a_hub_of_an_earlier_release_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_wiring, "stack_outputs_of", lambda stack: {"HubName": "old"})
    monkeypatch.setattr(remote_wiring, "remote_hub", lambda outputs: outputs["PolicyBucket"])

    with pytest.raises(main.Failure, match="has no output PolicyBucket: deploy this release: make deploy"):
        connect_to("old")
