"""What docs/why.md shows is what the program prints; … stands for what differs from run to run."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from test_why import lock
from why_world import BUNDLE, TABLE, Stage, files

from backup_apps.domain.patterns import is_like
from backup_apps.domain.why.answer import Why
from backup_apps.domain.why.checks import Name
from backup_apps_cli.why_commands import print_why

PAGE = (Path(__file__).parents[2] / "docs/why.md").read_text()
SHOWN = [text.splitlines()[1:] for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)]


@pytest.fixture
def stage(aws: None) -> Stage:
    stage = Stage()
    stage.deploy(files())
    stage.service.advance(days=1)
    return stage


def printed(why: Why) -> list[str]:
    out = io.StringIO()
    print_why(why, Console(file=out, soft_wrap=True, highlight=False, width=400))
    return out.getvalue().splitlines()


def agrees(shown: list[str], lines: list[str]) -> None:
    assert len(shown) > 10
    differing = [(one, two) for one, two in zip(shown, lines, strict=False) if not is_like(one.replace("…", "*"), two)]
    assert differing == []


def test_the_chain_is_printed_as_it_is_shown(stage: Stage) -> None:
    lines = printed(stage.why(TABLE))
    agrees(SHOWN[0], lines)
    assert len(lines) == len(SHOWN[0])


def test_the_conditions_are_printed_as_they_are_shown(stage: Stage) -> None:
    lock(stage)
    agrees(SHOWN[1], printed(stage.why(TABLE)))


def test_every_condition_has_its_row() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)
    assert [row for row in rows if row in set(Name)] == list(Name)


def test_every_member_of_the_answer_has_its_row(stage: Stage) -> None:
    document = stage.why(TABLE).to_json()
    named = {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert document.keys() <= named
    chain = re.search(r"`\{(bundle, [^}]*)\}`", PAGE)
    assert chain is not None
    assert document["lineage"].keys() <= set(chain[1].split(", "))
    assert document["lineage"]["bundle"] == BUNDLE
