"""The arrows of the house: functions, cli, local → wiring → adapters → ports → domain, and usecases → ports, domain.

`wiring` is the one file that wires for functions; the command line has two more, on top of it.

The core of the core, domain, is blind besides: it knows its own rules, pydantic and the parts of the standard library
that look at nothing but their arguments.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "layers/core/backup_apps"

WIRINGS = ("wiring", "offline_wiring", "remote_wiring")
# Each part of the house, and the parts that it may import.
ARROWS = {
    "domain": {"domain"},
    "ports": {"ports", "domain"},
    "usecases": {"usecases", "ports", "domain"},
    "adapters": {"adapters", "ports", "domain"},
    "settings": {"domain"},
    "wiring": {"settings", "adapters", "usecases", "ports", "domain"},
    "offline_wiring": {"wiring", "adapters", "ports", "domain"},
    "remote_wiring": {"wiring", "adapters", "usecases", "ports", "domain"},
    "functions": {"wiring", "settings", "usecases", "ports", "domain"},
    "cli": {"cli", "local", *WIRINGS, "settings", "usecases", "ports", "domain"},
    "local": {"local", *WIRINGS, "settings", "usecases", "ports", "domain"},
}
FOLDERS = {
    "domain": CORE / "domain",
    "usecases": CORE / "usecases",
    "adapters": CORE / "adapters",
    "ports": CORE / "ports",
    "settings": CORE / "settings.py",
    **{name: CORE / f"{name}.py" for name in WIRINGS},
    "functions": ROOT / "functions",
    "cli": ROOT / "cli",
    "local": ROOT / "local",
}
TOP_LEVEL = {"backup_apps_cli": "cli", "backup_apps_local": "local", "app": "functions"}

# The libraries of AWS, YAML and signatures have one home in the product; the local AWS is both itself.
AT_HOME = {name: {"adapters", "local"} for name in ("boto3", "botocore", "yaml", "jwt", "cryptography")}

BLIND = """
    __future__ abc base64 bisect calendar collections copy dataclasses datetime decimal difflib enum fnmatch fractions
    functools hashlib heapq itertools json math operator pydantic re shlex string textwrap types typing unicodedata
"""
# These look at the clock, the machine or its files, though nothing is imported for them.
SEEING_CALLS = {"now", "today", "utcnow", "open", "print", "input", "breakpoint", "exec", "eval", "__import__"}


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The modules that a file imports, wherever in it, each with its line; `from a import b` may mean module a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "." * node.level + (node.module or "")
        elif isinstance(node, ast.ImportFrom) and node.module == "backup_apps":
            yield from ((node.lineno, f"backup_apps.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, str(node.module)


def part_of(module: str) -> str | None:
    """The part of the house that a module belongs to; None for what is not ours."""
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == "backup_apps" else TOP_LEVEL.get(top)


def violation(part: str, module: str) -> str | None:
    """Why a file of this part may not import this module."""
    top, target = module.partition(".")[0], part_of(module)
    if module.startswith("."):
        # One dot stays in the folder of its part; a part that is a file has no such folder.
        return None if FOLDERS[part].is_dir() and not module.startswith("..") else f"imports {module}: name it in full"
    if target is not None:
        return None if target in ARROWS[part] else f"imports {module}: no arrow goes from {part} to {target}"
    if part not in AT_HOME.get(top, {part}):
        return f"imports {module}, whose home is {' and '.join(sorted(AT_HOME[top]))}"
    if part == "domain" and top not in BLIND.split():
        return f"imports {module}: the domain is blind"
    return None


def violations(part: str, source: str) -> list[str]:
    tree = ast.parse(source)
    found = [f"line {line} {why}" for line, module in imported(tree) if (why := violation(part, module))]
    if part == "domain":
        seen = [(line, name) for line, name in calls(tree) if name in SEEING_CALLS]
        found += [f"line {line} calls {name}: the domain is blind" for line, name in seen]
    return found


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield node.lineno, node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id


def files_of(part: str) -> list[Path]:
    top = FOLDERS[part]
    return [top] if top.is_file() else sorted(top.rglob("*.py"))


@pytest.mark.parametrize("part", ARROWS)
def test_every_import_follows_the_arrows(part: str) -> None:
    assert files_of(part), f"nothing found at {FOLDERS[part]}"
    found = {str(file.relative_to(ROOT)): violations(part, file.read_text()) for file in files_of(part)}
    assert {file: why for file, why in found.items() if why} == {}


def test_every_file_of_the_core_belongs_to_a_part() -> None:
    parts = {file.relative_to(CORE).parts[0].removesuffix(".py") for file in CORE.rglob("*.py")}
    assert parts - set(ARROWS) == {"__init__"}


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("domain", "from backup_apps.ports.signals import Clock"),
        ("domain", "from backup_apps import adapters"),
        ("domain", "import backup_apps.usecases.plan_target"),
        ("domain", "def f():\n    import os"),
        ("domain", "import logging"),
        ("domain", "import yaml"),
        ("domain", "from datetime import datetime\nnow = datetime.now()"),
        ("domain", "text = open('bundle.yaml').read()"),
        ("domain", "from ..adapters import bundles"),
        ("ports", "from backup_apps.adapters.bundles import read_folder"),
        ("ports", "from ..adapters import bundles"),
        ("settings", "from .adapters import bundles"),
        ("usecases", "from backup_apps.adapters import bundles"),
        ("usecases", "import boto3"),
        ("usecases", "import jwt"),
        ("usecases", "from backup_apps.wiring import hub"),
        ("adapters", "from backup_apps.wiring import hub"),
        ("adapters", "from backup_apps.usecases.plan_target import plan_target"),
        ("settings", "from backup_apps.adapters import bundles"),
        ("wiring", "from backup_apps_cli.main import main"),
        ("wiring", "import boto3"),
        ("functions", "from backup_apps.adapters.bundles import read_zip"),
        ("functions", "from botocore.exceptions import ClientError"),
        ("functions", "from backup_apps_local import stack"),
        ("functions", "from backup_apps.offline_wiring import resolve_source"),
        ("functions", "from backup_apps.remote_wiring import remote_hub"),
        ("wiring", "from backup_apps.remote_wiring import remote_hub"),
        ("offline_wiring", "from backup_apps.remote_wiring import remote_hub"),
        ("cli", "from backup_apps.adapters import bundles"),
        ("cli", "import yaml"),
        ("local", "from backup_apps_cli.main import main"),
    ],
)
def test_an_import_against_the_arrows_is_found(part: str, source: str) -> None:
    assert len(violations(part, source)) == 1


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("domain", "from collections.abc import Mapping\nfrom pydantic import BaseModel"),
        ("domain", "from backup_apps.domain.desired import Target"),
        ("usecases", "from backup_apps.ports.hub import Hub\nimport logging"),
        ("adapters", "from .aws_errors import translated"),
        ("adapters", "import boto3\nimport yaml\nfrom backup_apps.ports.hub import Hub"),
        ("wiring", "from backup_apps.adapters import bundles\nfrom backup_apps.settings import Settings"),
        ("functions", "from backup_apps.wiring import hub\nfrom backup_apps.usecases.plan_target import plan_target"),
        ("offline_wiring", "from backup_apps.wiring import catalog\nfrom backup_apps.adapters import bundles"),
        ("cli", "from backup_apps.remote_wiring import remote_hub\nfrom backup_apps.wiring import now"),
        ("local", "import boto3\nfrom backup_apps_local.world import HUB"),
    ],
)
def test_an_import_along_the_arrows_is_allowed(part: str, source: str) -> None:
    assert violations(part, source) == []
