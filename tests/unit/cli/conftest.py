from pathlib import Path

import pytest
from ledger_hub import EXAMPLE, Acme

from backup_apps_cli import hub_commands, ledger_commands, past, why_commands


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Acme:
    made = Acme()
    for module in (ledger_commands, past, hub_commands, why_commands):
        monkeypatch.setattr(module, "connect", lambda stack: made.remote)
    monkeypatch.setattr(hub_commands, "local_token", lambda stack, audience: made.token(audience))
    return made


@pytest.fixture
def longer(tmp_path: Path) -> Path:
    """The example with another retention."""
    folder = tmp_path / "longer"
    for file in EXAMPLE.rglob("*.yaml"):
        copied = folder / file.relative_to(EXAMPLE)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(file.read_text().replace("delete: 70d", "delete: 100d"))
    return folder
