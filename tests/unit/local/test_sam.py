import json
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from samcli.cli.types import CfnParameterOverridesType

from backup_apps_local.clients import Place
from backup_apps_local.launcher import LocalAwsError
from backup_apps_local.sam import Sam, quoted

UNCHECKED_HASH = 0b01
"""PEP 552: by the hash of the source, which nobody checks."""
MEMBER = Place("111111111111", "us-east-1")
ECHO = """#!/bin/sh
echo "$@"
env | grep -E '^(AWS|SAM)_' | sort
exit {code}
"""


@pytest.fixture
def sam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sam:
    """The SAM CLI, in whose place stands a script that tells how it was called."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("AWS_PROFILE", "production")
    return Sam(tmp_path, tmp_path / "state", "http://127.0.0.1:1")


def script(sam: Sam, code: int) -> None:
    file = sam.root / "sam"
    file.write_text(ECHO.format(code=code))
    file.chmod(0o755)


def test_a_deployment_goes_to_its_account_and_region_and_to_no_other_aws(sam: Sam) -> None:
    script(sam, 0)
    sam.deploy(Path("member.yaml"), "members", MEMBER, {"HubAccount": "999999999999"})
    command, *variables = (sam.state / "sam-deploy-111111111111-us-east-1.log").read_text().splitlines()
    assert command.startswith("deploy ")
    assert command.endswith("--parameter-overrides HubAccount=999999999999")
    assert "--region us-east-1" in command
    assert "--s3-bucket" not in command
    assert {"AWS_ACCESS_KEY_ID=111111111111", "AWS_ENDPOINT_URL=http://127.0.0.1:1"} < set(variables)
    assert "AWS_PROFILE=production" not in variables
    assert "SAM_CLI_TELEMETRY=0" in variables
    assert json.loads((sam.state / "sam" / "metadata.json").read_text())["telemetryEnabled"] is False


def test_a_failure_tells_where_and_shows_what_sam_said(sam: Sam) -> None:
    script(sam, 1)
    with pytest.raises(LocalAwsError, match="sam deploy failed for 111111111111 in us-east-1:\ndeploy --config-env"):
        sam.deploy(Path("member.yaml"), "members", MEMBER, {})


def test_layers_are_built_with_bytecode_that_is_believed_wherever_they_lie(sam: Sam) -> None:
    """Where functions run they can write none, and would compile all that they import each time they start."""
    module = sam.state / "build" / "CoreLayer" / "python" / "module.py"
    module.parent.mkdir(parents=True)
    module.write_text("ANSWER = 42")
    script(sam, 0)
    sam.build({})
    flags = Path(cache_from_source(str(module))).read_bytes()[4:8]
    assert int.from_bytes(flags, "little") == UNCHECKED_HASH


def test_a_source_that_is_no_python_fails_the_build(sam: Sam) -> None:
    layer = sam.state / "build" / "CoreLayer"
    layer.mkdir(parents=True)
    (layer / "module.py").write_text("ANSWER =")
    script(sam, 0)
    with pytest.raises(LocalAwsError, match=r"not all of .*CoreLayer could be compiled"):
        sam.build({})


def test_values_of_parameters_reach_the_sam_cli_as_they_are() -> None:
    values = {"A": "plain", "B": "", "C": 'a "b" c\'', "D": json.dumps({"a": ["x y", "'"]})}
    overrides = tuple(f"{name}={quoted(value)}" for name, value in values.items())
    assert CfnParameterOverridesType().convert(overrides, None, None) == values
