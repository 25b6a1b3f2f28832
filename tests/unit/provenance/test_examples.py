"""The pipelines that we hand out, and the trust policies in the documentation."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from backup_apps.domain.provenance.trust import TrustPolicy, read_trust_policy
from backup_apps_cli.main import main

ROOT = Path(__file__).parents[3]
PIPELINES = sorted((ROOT / "examples" / "pipelines").glob("*.yml"))
PAGE = (ROOT / "docs" / "provenance.md").read_text()
COMMAND = re.compile(r"backup-apps [a-z]+ \"\$BUNDLE\"[^|>)\n]*")


def texts(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def commands(pipeline: Path) -> list[str]:
    return [found for text in texts(yaml.safe_load(pipeline.read_text())) for found in COMMAND.findall(text)]


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda path: path.name)
def test_a_pipeline_calls_commands_and_options_that_there_are(pipeline: Path) -> None:
    assert commands(pipeline)
    for text in commands(pipeline):
        _, name, *arguments = shlex.split(text.rstrip())
        known = {option for parameter in main.commands[name].params for option in parameter.opts}
        assert {one for one in arguments if one.startswith("--")} <= known


def test_every_pipeline_validates_compares_and_pushes() -> None:
    for service in ("github", "gitlab"):
        of_service = [path for path in PIPELINES if path.name.startswith(service)]
        assert {text.split()[1] for path in of_service for text in commands(path)} == {"validate", "diff", "push"}


def test_no_job_of_a_pull_request_can_push() -> None:
    jobs = yaml.safe_load((ROOT / "examples/pipelines/github.yml").read_text())["jobs"]
    assert jobs["push"]["if"] == "github.event_name == 'push'"
    assert jobs["push"]["environment"] == "backup"
    assert not any("push " in text for text in texts(jobs["review"]["steps"]))


def policies() -> list[str]:
    in_json = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    in_files = [yaml.safe_load(text) for text in re.findall(r"```text\n(# deployment.yaml.*?)```", PAGE, re.DOTALL)]
    return [*in_json, *(file["TrustPolicy"] for file in in_files)]


def test_the_trust_policies_of_the_documentation_are_good() -> None:
    assert len(policies()) == 2
    for text in policies():
        assert isinstance(read_trust_policy(text), TrustPolicy)
        assert len(json.dumps(json.loads(text))) < 4096
