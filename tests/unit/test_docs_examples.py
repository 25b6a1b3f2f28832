"""Every example of the documentation is a valid one, and every output in it is what the program prints.

A fence says what it holds. `yaml` alone is a file of a bundle, whose name is its first line (`# apps/payments.yaml`);
`app.yaml` begins a bundle. `yaml rule` and the like are that part of an app. `yaml parent`, `yaml child` and
`yaml result` are specs: the child laid over the parent gives the result, or the error in the `text` that follows a
`yaml child refused`. `console` runs in the bundle before it.
"""

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.constraints import CONSTRAINTS, LINTS, overlaps
from backup_apps.domain.constraints.across import ACROSS, ACROSS_LINTS
from backup_apps.domain.documents import BackupApp, BackupAppSet
from backup_apps.domain.explanation import explain
from backup_apps.domain.grammar import Either, Fields, Grammar, Items, Keyed, Within, grammar_of
from backup_apps.domain.guardrails.bounds import KINDS
from backup_apps.domain.nodes import plain
from backup_apps.domain.resolution import Resolution
from backup_apps.offline_wiring import resolve_source
from backup_apps_cli.main import main
from constraints.policies import CASES, load_cases, subject

ROOT = Path(__file__).parents[2]
LANGUAGE = ROOT / "docs" / "language.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# ([\w/-]+\.ya?ml)\b")

PARTS = {
    "spec": (),
    "policy": ("policy",),
    "vault": ("policy", "vaults", "example"),
    "plan": ("policy", "plans", "example"),
    "rule": ("policy", "plans", "daily", "rules", "example"),
    "copy": ("policy", "plans", "daily", "rules", "nightly", "copies", "example"),
    "selection": ("policy", "plans", "daily", "selections", "example"),
}
SAMPLE: dict[str, Any] = {
    "targets": {"accounts": ["111111111111"], "regions": ["eu-west-1"]},
    "policy": {
        "role": "arn:aws:iam::${account}:role/acme-backup",
        "vaults": {"primary": {"name": "acme-primary", "kmsKey": "arn:aws:kms:${region}:${account}:alias/acme-backup"}},
        "plans": {
            "daily": {
                "rules": {
                    "nightly": {"vault": "primary", "schedule": "cron(0 3 * * ? *)", "retention": {"delete": "35d"}}
                },
                "selections": {"tables": {"resources": ["arn:aws:dynamodb:*:*:table/*"]}},
            }
        },
    },
}


class Example(NamedTuple):
    """A fenced block of a page."""

    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def examples_of(page: Path) -> list[Example]:
    text = page.read_text()
    return [
        Example(page.name, text.count("\n", 0, match.start()) + 1, match[2].strip(), match[3])
        for match in FENCE.finditer(text)
    ]


EXAMPLES = [example for page in PAGES for example in examples_of(page)]


def bundles() -> Iterator[tuple[Example, dict[str, str], list[Example]]]:
    """Each bundle: its first example, its files, and the commands that run in it."""
    for page in PAGES:
        files: dict[str, str] = {}
        commands: list[Example] = []
        first: Example | None = None
        for example in examples_of(page):
            if example.kind == "yaml" and file_name(example) == "app.yaml":
                if first:
                    yield first, files, commands
                first, files, commands = example, {}, []
            if example.kind == "yaml":
                files[file_name(example)] = example.text
            elif example.kind == "console" and "$ backup-apps" in example.text and first and page == LANGUAGE:
                commands.append(example)
        if first:
            yield first, files, commands


def file_name(example: Example) -> str:
    match = NAMED.match(example.text)
    assert match, f"{example}: the first line names no file, and the fence does not say what part this is"
    return match[1]


def of_kind(*kinds: str) -> list[Example]:
    return [example for example in EXAMPLES if example.kind in kinds]


def document(name: str, spec: dict[str, Any]) -> str:
    return json.dumps(
        {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": name}, "spec": spec}, indent=1
    )


def resolved(folder: Path, files: dict[str, str]) -> Resolution:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return resolve_source(folder)


def loaded(text: str) -> Any:
    file, findings = read_documents("example.yaml", text.encode())
    assert findings == []
    return plain(file.documents[0])


def laid_over(base: Any, above: Any) -> Any:
    """Mappings merge, everything else is replaced: enough to put an example into the sample."""
    if not isinstance(base, dict) or not isinstance(above, dict):
        return above
    return {**base, **{key: laid_over(base.get(key), value) for key, value in above.items()}}


def nested(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


@pytest.mark.parametrize(("first", "files"), [pytest.param(*one[:2], id=str(one[0])) for one in bundles()])
def test_a_bundle_is_valid(first: Example, files: dict[str, str], tmp_path: Path) -> None:
    resolution = resolved(tmp_path, files)

    assert (resolution.errors, resolution.warnings) == ((), ())
    assert resolution.state


@pytest.mark.parametrize("example", of_kind(*(f"yaml {part}" for part in PARTS)), ids=str)
def test_a_part_is_valid(example: Example, tmp_path: Path) -> None:
    part = nested(PARTS[example.kind.removeprefix("yaml ")], loaded(example.text))

    resolution = resolved(tmp_path, {"app.yaml": document("example", laid_over(SAMPLE, part))})

    assert resolution.errors == ()
    assert resolution.state


def test_every_example_is_of_a_kind_that_is_tested() -> None:
    known = {"yaml", "yaml parent", "yaml child", "yaml child refused", "yaml result", *(f"yaml {p}" for p in PARTS)}

    assert {example.kind for example in EXAMPLES if example.kind.startswith("yaml")} <= known


def families(last: str) -> list[tuple[Example, Example, Example]]:
    """Parent, child and what follows."""
    triples = zip(EXAMPLES, EXAMPLES[1:], EXAMPLES[2:], strict=False)
    return [three for three in triples if [one.kind for one in three][::2] == ["yaml parent", last]]


def inherited(folder: Path, parent: Example, child: Example) -> Resolution:
    """As the page shows them, so that the lines in messages are those of the page."""
    targets = "" if "targets:" in parent.text else f"targets: {json.dumps(SAMPLE['targets'])}\n"
    above = spec_file("parent", f'children: ["child.yaml"]\n{parent.text}{targets}')
    return resolved(folder, {"app.yaml": above, "child.yaml": spec_file("child", child.text)})


def spec_file(name: str, spec: str) -> str:
    head = f"apiVersion: backup-apps/v1\nkind: BackupApp\nmetadata: {{name: {name}}}\nspec:\n"
    return head + textwrap.indent(spec, "  ")


@pytest.mark.parametrize(("parent", "child", "result"), families("yaml result"), ids=lambda one: str(one.line))
def test_a_child_over_its_parent_gives_the_result(
    parent: Example, child: Example, result: Example, tmp_path: Path
) -> None:
    path: tuple[str, ...] = ()
    expected = loaded(result.text)
    while isinstance(expected, dict) and len(expected) == 1:
        ((key, expected),) = expected.items()
        path += (key,)
    if isinstance(loaded(child.text), dict) and not isinstance(expected, dict | list):
        path, expected = path[:-1], {path[-1]: expected}

    assert explain(inherited(tmp_path, parent, child), "child", path).value == expected


@pytest.mark.parametrize(("parent", "child", "error"), families("text"), ids=lambda one: str(one.line))
def test_a_child_that_is_refused_says_why(parent: Example, child: Example, error: Example, tmp_path: Path) -> None:
    assert child.kind == "yaml child refused"
    resolution = inherited(tmp_path, parent, child)
    assert error.text.strip() in [finding.message for finding in resolution.errors]


@pytest.mark.parametrize(
    ("files", "command"),
    [pytest.param(files, command, id=str(command)) for _, files, commands in bundles() for command in commands],
)
def test_a_command_prints_what_the_page_shows(
    files: dict[str, str], command: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for session in re.split(r"^\$ backup-apps ", command.text, flags=re.MULTILINE)[1:]:
        arguments, _, output = session.partition("\n")
        result: Result = CliRunner().invoke(main, arguments.split())
        assert [line.rstrip() for line in result.output.strip().split("\n")] == output.strip().split("\n")


def test_every_key_of_the_language_is_described() -> None:
    text = LANGUAGE.read_text()
    written = {key for code in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE) for key in re.split(r"[.\[\]]+", code)}

    missing = (keys(grammar_of(BackupApp)) | keys(grammar_of(BackupAppSet))) - written
    assert missing == set()
    assert all(f"`{kind}`" in text for kind in KINDS)


def keys(grammar: Grammar) -> set[str]:
    match grammar:
        case Fields():
            return set(grammar.each).union(*(keys(each) for each in grammar.each.values()))
        case Either():
            return keys(grammar.items) | keys(grammar.other)
        case Within() | Keyed() | Items():
            return keys(grammar.each)
    return set()


def rows() -> list[tuple[str, re.Pattern[str]]]:
    """Number and message of each row of the tables of errors; … stands for what differs."""
    _, _, errors = LANGUAGE.read_text().partition("\n## Errors\n")
    found = re.findall(r"^\| (?:(\w+) \| )?`` (.+?) `` \|", errors, re.MULTILINE)
    return [(number, re.compile(".*".join(map(re.escape, message.split("…"))))) for number, message in found]


def has_a_row(message: str) -> bool:
    number = (re.findall(r" \(([BL]\d{3})\)$", message) or [""])[0]
    bare = message.removesuffix(f" ({number})")
    return any(row == number and pattern.fullmatch(bare) for row, pattern in rows())


def test_every_number_is_in_the_tables() -> None:
    numbers = [*(rule.number for rule in (*CONSTRAINTS, *ACROSS, *LINTS, *ACROSS_LINTS)), overlaps.NUMBER]

    assert sorted({number for number, _ in rows() if number}) == sorted(numbers)


def test_every_error_of_the_cases_has_its_cure_in_the_tables() -> None:
    messages = {
        finding["message"]
        for case in (ROOT / "tests" / "cases" / "validate").glob("*/expected.json")
        for kind in ("errors", "warnings")
        for finding in json.loads(case.read_text())[kind]
    }

    assert {message for message in messages if not has_a_row(message)} == set()


def test_every_constraint_says_what_its_row_says() -> None:
    messages = {
        violation.message
        for path in CASES.glob("*.yaml")
        for case in load_cases(path.stem)
        for bad in case["bad"]
        if "set" in bad
        for constraint in (*CONSTRAINTS, *LINTS)
        if constraint.number == case["number"]
        for violation in constraint.check(subject(bad["set"], quotas=case.get("quotas")))
    }

    assert len(messages) > len(CONSTRAINTS)
    assert {message for message in messages if not has_a_row(message)} == set()
