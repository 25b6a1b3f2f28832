"""What who decides is told."""

from typing import Any

import pytest
from click.testing import CliRunner

from backup_apps.domain.commits import Version
from backup_apps_cli import approval_commands
from backup_apps_cli.main import main

DIGEST = "a" * 64


class Desk:
    """Where a decision was made whose version waits no more."""

    def __init__(self, woken: bool | None) -> None:
        self.told = {} if woken is None else {"woken": woken}

    def decide(self, version: Version, decision: str, digest: str, reason: str | None) -> dict[str, Any]:
        return {**version._asdict(), "standing": "approved", "votes": [], **self.told}


@pytest.mark.parametrize(("woken", "said"), [(False, True), (True, False), (None, False)])
def test_a_decision_that_woke_nothing_says_so(monkeypatch: pytest.MonkeyPatch, woken: bool | None, said: bool) -> None:
    monkeypatch.setattr(approval_commands, "_approval_url", lambda hub, user: Desk(woken))
    result = CliRunner().invoke(main, ["approve", "acme", "v1", "--digest", DIGEST])
    assert result.exit_code == 0, result.output
    assert ("Nothing waits for this any more" in result.output) is said
    assert "Next: backup-apps status acme --version v1" in result.output
