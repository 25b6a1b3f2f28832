from pathlib import Path

import pytest

from backup_apps_local import clients
from backup_apps_local.clients import Place, client, environment


@pytest.fixture
def _developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody who is logged in to a real AWS account, under a profile that is broken today."""
    config = tmp_path / "config"
    config.write_text("[default]\nregion = ap-south-1\nendpoint_url = https://real.example\n")
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    clients._client.cache_clear()
    clients._session.cache_clear()


@pytest.mark.usefixtures("_developer")
def test_a_client_knows_the_local_aws_and_no_other() -> None:
    backup = client("http://127.0.0.1:4566", "backup", Place("111111111111", "us-east-1"))
    assert (backup.meta.endpoint_url, backup.meta.region_name) == ("http://127.0.0.1:4566", "us-east-1")
    assert backup._request_signer._credentials.access_key == "111111111111"


def test_the_environment_of_a_command_leads_to_the_local_aws() -> None:
    variables = environment("http://127.0.0.1:4566", Place("111111111111", "us-east-1"))
    assert variables["AWS_ACCESS_KEY_ID"] == "111111111111"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "us-east-1"
