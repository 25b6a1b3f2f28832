"""Every command that a page names exists, with its options: ours, those of AWS, and parameters of the templates."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import botocore.session
import click
import pytest
from botocore import xform_name
from samcli.yamlhelper import yaml_parse

from backup_apps_cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
WALKED = [ROOT / "docs" / name for name in ("deploy.md", "upgrade.md", "evidence.md")]
FENCE = re.compile(r"^ *```(console|text)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
OURS = re.compile(r"(?:^|[\s$`])(?:\.venv/bin/)?backup-apps ([a-z][^`|#>]*)")
AWS = re.compile(r"(?:^|[\s$`(])aws ([a-z0-9-]+ [a-z-]+[^`|>]*)")
NOT_OF_THE_API = {"s3 cp", "sso login", "configure sso"}
EVERYWHERE = {"query", "output", "region", "profile"}


class Command(NamedTuple):
    page: Path
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text}"


def found(pattern: re.Pattern[str], pages: list[Path]) -> Iterator[Command]:
    """In blocks of commands, and between backticks."""
    for page in pages:
        text = page.read_text()
        blocks = [line for match in FENCE.finditer(text) if match[1] == "console" for line in match[2].splitlines()]
        inline = [f"`{code}`" for code in re.findall(r"`((?:backup-apps|aws) [^`]+)`", FENCE.sub("", text))]
        for line in (*blocks, *inline):
            yield from (Command(page, match[1].strip().rstrip("\\")) for match in pattern.finditer(line))


def words(text: str) -> list[str]:
    return shlex.split(text.replace("…", " ").replace("<", "").replace(")", " "), posix=True)


OUR_COMMANDS = sorted(set(found(OURS, PAGES)))
AWS_COMMANDS = sorted(set(found(AWS, WALKED)))


@pytest.mark.parametrize("command", OUR_COMMANDS, ids=str)
def test_our_command_is_there_with_its_options(command: Command) -> None:
    left: list[str] = words(command.text)
    found: click.Command = main
    while isinstance(found, click.Group) and left:
        assert left[0] in found.commands, f"there is no command {left[0]}"
        found = found.commands[left.pop(0)]
    context = click.Context(found, info_name="backup-apps")
    found.make_parser(context).parse_args(left)  # raises NoSuchOption


@pytest.mark.parametrize("command", AWS_COMMANDS, ids=str)
def test_a_command_of_aws_is_there_with_its_options(command: Command) -> None:
    service, operation, *options = words(command.text)
    if f"{service} {operation}" in NOT_OF_THE_API:
        return
    members = operations("s3" if service == "s3api" else service).get(operation)
    assert members is not None, f"AWS has no {service} {operation}"
    asked = {one.removeprefix("--").removeprefix("no-") for one in options if one.startswith("--")}
    assert asked - EVERYWHERE - members == set()


@cache
def operations(service: str) -> dict[str, set[str]]:
    """As the AWS command line writes them: operations with the names of their inputs."""
    model = botocore.session.get_session().get_service_model(service)

    def inputs(name: str) -> set[str]:
        shape = model.operation_model(name).input_shape
        return {xform_name(member, "-") for member in shape.members} if shape else set()

    return {xform_name(name, "-"): inputs(name) for name in model.operation_names}


@cache
def parameters(template: str) -> set[str]:
    return set(yaml_parse((ROOT / template).read_text())["Parameters"])


def test_parameters_that_a_page_gives_are_those_of_the_templates() -> None:
    hub, member = parameters("template.yaml"), parameters("member.yaml")
    for page in [*WALKED, ROOT / "README.md"]:
        text = page.read_text()
        assert set(re.findall(r"ParameterKey=(\w+)", text)) <= member
        for line in re.findall(r"member\.yaml .*--parameter-overrides (.+)", text):
            assert {word.partition("=")[0] for word in line.split()} <= member
        files = [block for kind, block in FENCE.findall(text) if kind == "text"]
        assert {name for block in files for name in re.findall(r"^ *([A-Z]\w+):", block, re.MULTILINE)} <= hub
        assert set(re.findall(r"\b([A-Z][A-Za-z]+)=", text)) <= hub | member | QUERIES


QUERIES = {"Enabled", "Status", "RegionConcurrencyType", "RegionOrder", "MaxConcurrentPercentage"} | {
    *("FailureTolerancePercentage", "ParameterKey", "ParameterValue", "UsePreviousValue"),
    *("OrganizationalUnitIds", "PARAMETERS", "INSTANCE", "SET"),
}
"""What looks like a parameter and is one of AWS's commands."""


def test_an_update_of_members_names_every_parameter() -> None:
    """One that is not named falls back to its default."""
    (update,) = (one for one in AWS_COMMANDS if one.text.startswith("cloudformation update-stack-set"))

    assert set(re.findall(r"ParameterKey=(\w+)", update.text)) == parameters("member.yaml")


def test_the_table_of_parameters_is_whole() -> None:
    table = (ROOT / "docs" / "deploy.md").read_text().partition("| parameter |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1])}

    assert named == parameters("template.yaml")


@pytest.mark.parametrize("text", ["backup-apps nothing", "backup-apps status --nothing"])
def test_what_does_not_exist_would_be_found(text: str) -> None:
    (command,) = (Command(ROOT, match[1]) for match in OURS.finditer(text))
    with pytest.raises((AssertionError, click.NoSuchOption)):
        test_our_command_is_there_with_its_options(command)


def test_what_aws_does_not_have_would_be_found() -> None:
    for text in ("backup restart-backup", "backup list-backup-plans --nothing x"):
        with pytest.raises(AssertionError):
            test_a_command_of_aws_is_there_with_its_options(Command(ROOT, text))


def test_files_that_a_page_links_to_are_there() -> None:
    for page in WALKED:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        assert [one for one in targets if one != "alerts.md" and not (page.parent / one).exists()] == []


def test_the_numbers_of_the_doctor_are_those_of_its_checks() -> None:
    from backup_apps.domain.doctor import CHECKS

    rows = re.findall(r"^\| (D\d{3})(?:(?: to|,) (D\d{3}))? \|", (ROOT / "docs/deploy.md").read_text(), re.MULTILINE)
    told = {f"D{number}" for first, last in rows for number in range(int(first[1:]), int((last or first)[1:]) + 1)}

    assert told == {check.number for check in CHECKS}
