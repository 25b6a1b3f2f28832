"""`push`: where its token comes from, and that nothing is uploaded without the right one."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from backup_apps.domain.commits import Version
from backup_apps_cli import hub_commands, id_tokens
from backup_apps_cli.main import main
from provenance.tokens import unsigned_token
from sync.memory import Archives

EXAMPLE = str(Path(__file__).parents[3] / "examples" / "acme")
V1 = Version("acme", "1")
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example/token?v=2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "s"}


class Hub(NamedTuple):
    archives: Archives
    name: str = "hub"
    records: None = None


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    made = Hub(Archives())
    monkeypatch.setattr(hub_commands, "connect", lambda stack: made)
    monkeypatch.setattr(hub_commands, "local_token", lambda stack, audience: None)
    for name in (*GITHUB, id_tokens.DEFAULT_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return made


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(mix_stderr=False, env=environment).invoke(main, ["push", EXAMPLE, "--version", "1", *arguments])


def audience() -> str:
    return run("--audience", "--hub-name", "hub").stdout.strip()


def token(**claims: Any) -> str:
    """As an issuer would sign it; the command line looks at the audience alone."""
    known = {"iss": "https://i", "sub": "s", "aud": audience(), "iat": 1, "exp": 2, "jti": "j"}
    return unsigned_token(known | claims)


def uploaded(hub: Hub) -> str:
    """The token in the attestation, which was written before the zip."""
    assert list(hub.archives.uploads) == [V1.attestation_key, V1.key]
    body = hub.archives.uploads[V1.attestation_key].body
    assert body is not None
    return str(json.loads(body)["id_token"])


def test_the_audience_is_printed_without_a_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_commands, "connect", lambda stack: pytest.fail("no hub is asked"))
    result = run("--print-audience", "--hub-name", "hub", "--output", "json")
    document = json.loads(result.stdout)
    assert document == {"bundle": "acme", "version": "1", "audience": audience()}
    assert document["audience"].startswith("backup-apps:hub:acme:1:")
    assert len(document["audience"].rpartition(":")[2]) == 64


def test_the_audience_names_the_hub_that_is_talked_to(hub: Hub) -> None:
    assert run("--audience").stdout == audience() + "\n"
    assert hub.archives.uploads == {}


def test_a_token_from_a_file(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(token() + "\n")
    result = run("--id-token", str(file), "--no-wait")
    assert result.exit_code == 0, result.stderr
    assert uploaded(hub) == token()


def test_a_token_from_gitlab(hub: Hub) -> None:
    assert run("--no-wait", BACKUP_APPS_ID_TOKEN=token()).exit_code == 0
    assert uploaded(hub) == token()


def test_a_token_from_a_variable_of_another_name(hub: Hub) -> None:
    wrong = token(aud="sts.amazonaws.com")
    result = run("--no-wait", "--id-token-env", "MINE", MINE=token(), BACKUP_APPS_ID_TOKEN=wrong)
    assert result.exit_code == 0, result.stderr
    assert uploaded(hub) == token()


def test_a_token_from_github(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answer(url: str, headers: Any) -> Any:
        asked.append((url, headers))
        return {"count": 1, "value": token()}

    monkeypatch.setattr("backup_apps.remote_wiring.document_at", answer)
    assert run("--no-wait", **GITHUB).exit_code == 0
    assert uploaded(hub) == token()
    ((url, headers),) = asked
    assert url == f"https://runner.example/token?v=2&audience={audience().replace(':', '%3A')}"
    assert headers["Authorization"] == "bearer s"


def test_a_token_of_the_local_aws(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_commands, "local_token", lambda stack, audience: token(aud=audience))
    assert run("--no-wait", **GITHUB).exit_code == 0, "the local AWS believes no other issuer"
    assert uploaded(hub) == token()


def test_without_a_token_it_is_told_how_to_get_one(hub: Hub) -> None:
    result = run("--no-wait")
    assert result.exit_code == 1
    for words in ("id-token: write", "id_tokens: {BACKUP_APPS_ID_TOKEN", "--id-token FILE", audience()):
        assert words in result.stderr
    assert hub.archives.uploads == {}


def test_a_token_for_something_else_is_not_uploaded(hub: Hub) -> None:
    for made in (token(aud="sts.amazonaws.com"), token(aud=[audience(), "more"]), "no token"):
        result = run("--no-wait", BACKUP_APPS_ID_TOKEN=made)
        assert result.exit_code == 1
        assert "ID token" in result.stderr
    assert hub.archives.uploads == {}


@pytest.mark.parametrize("answer", [{}, [], {"value": 1}, None])
def test_an_answer_of_github_without_a_token(hub: Hub, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    monkeypatch.setattr("backup_apps.remote_wiring.document_at", lambda url, headers: answer)
    result = run("--no-wait", **GITHUB)
    assert (result.exit_code, hub.archives.uploads) == (1, {})


def test_a_file_is_taken_even_where_it_is_empty(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("")
    result = run("--id-token", str(file), "--no-wait", BACKUP_APPS_ID_TOKEN=token())
    assert (result.exit_code, hub.archives.uploads) == (1, {})


def test_a_file_that_is_not_there(hub: Hub) -> None:
    result = run("--id-token", "nowhere")
    assert result.exit_code == 1
    assert "nowhere can't be read" in result.stderr


def test_a_version_that_can_not_be_is_told_before_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_commands, "connect", lambda stack: pytest.fail("no hub is asked"))
    result = CliRunner(mix_stderr=False).invoke(main, ["push", EXAMPLE, "--version", "a b"])
    assert result.exit_code == 1
    assert "a version [A-Za-z0-9._-]{1,64}" in result.stderr


def test_the_same_push_again_is_fine(hub: Hub) -> None:
    first = token()
    assert run("--no-wait", BACKUP_APPS_ID_TOKEN=first).exit_code == 0
    again = run("--no-wait", BACKUP_APPS_ID_TOKEN=token(jti="another"))
    assert again.exit_code == 0
    assert "was pushed before" in again.stderr
    assert uploaded(hub) == first


def test_a_version_that_is_taken_is_told(hub: Hub) -> None:
    hub.archives.put_once(V1.attestation_key, b"{}")
    hub.archives.put_once(V1.key, b"other content")
    result = run("--no-wait", BACKUP_APPS_ID_TOKEN=token())
    assert result.exit_code == 1
    assert "push under a new version" in result.stderr
    assert "Traceback" not in result.stderr


HERE = {"account": "111111111111", "region": "eu-west-1", "state": "synced"}
THERE = {"account": "222222222222", "region": "eu-west-1", "state": "planned"}
BAKES = "waits until 2026-11-26 12:35 UTC while the canaries of 'acme' bake"
BAKING = {"waits": {"why": BAKES, "until": "2026-11-26T12:35:00Z"}}
FOR_ANOTHER = {"waits": {"why": "waits for canary 111111111111/eu-west-1 of 'acme'"}}


@pytest.mark.parametrize(
    "last",
    [[HERE, THERE | BAKING], [THERE | BAKING, THERE | FOR_ANOTHER]],
    ids=["they bake", "the canary waits itself"],
)
def test_a_version_that_waits_for_hours_is_not_waited_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, last: list[dict[str, Any]]
) -> None:
    waits = {"bundle": "acme", "version": "1", "state": "syncing", "targets": last}
    stages = [[HERE, THERE], [HERE, THERE | FOR_ANOTHER], [THERE, THERE | BAKING]]
    answers = iter([*({**waits, "targets": stage} for stage in stages), waits])
    monkeypatch.setattr(hub_commands, "_reader", lambda *_: lambda: next(answers))
    monkeypatch.setattr("time.sleep", lambda _: None)
    result = run(BACKUP_APPS_ID_TOKEN=token())
    assert result.exit_code == 0, result.stderr
    assert BAKES in " ".join(result.stdout.split())
    assert "next: backup-apps status acme --version 1 --wait" in " ".join(result.stdout.split())
