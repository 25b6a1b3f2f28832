"""Valid bundles, and ways to spoil them.

Each mutation makes a bundle malformed by construction: it picks its place by the grammar of the language, and puts
there what the language has no meaning for. Where a place would take what is put there (a text in an IAM policy, a key
that the writer chooses), the mutation passes over it; where only a parser can tell (random bytes), libyaml's loader is
the judge, and what it can read is not counted.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from backup_apps.adapters.bundles import read_folder
from backup_apps.domain.checking import PLAIN
from backup_apps.domain.documents import INHERITED, BackupApp, BackupAppSet
from backup_apps.domain.grammar import Either, Fields, Free, Grammar, Items, Keyed, Leaf, Mode, Within, grammar_of
from backup_apps.domain.nodes import plain
from backup_apps.domain.places import Path as Keys
from backup_apps.domain.policy import RULE_DEFAULTS
from backup_apps.domain.scalar_schemas import scalar_name

ROOT = Path(__file__).parents[2]
RICH = ROOT / "tests" / "cases" / "validate" / "valid-every-key" / "bundle"
SOURCES = [ROOT / "examples" / "acme", *sorted((ROOT / "tests" / "cases" / "validate").glob("valid-*/bundle"))]
MARKER = "zzmarker: zzvalue"
CONTROL = "@@operators_allowed_for_child_policies"

Data = dict[str, list[Any]]
"""The documents of each file of a bundle."""
Files = dict[str, bytes]


class Spot(NamedTuple):
    """A value in a bundle, and what the language wants there."""

    file: str
    document: int
    path: Keys
    grammar: Grammar
    mode: Mode
    value: Any


class Mutation(NamedTuple):
    """A way to spoil a bundle; None where a bundle has no place for it."""

    name: str
    spoil: Callable[[random.Random, Data], Files | None]


@cache
def good_bundles() -> list[Data]:
    return [_read(source) for source in SOURCES]


@cache
def rich_bundle() -> Data:
    """A valid bundle with every key of the language in it."""
    return _read(RICH)


def _read(source: Path) -> Data:
    return {file.path: [plain(document) for document in file.documents] for file in read_folder(source).files}


def written(data: Data) -> Files:
    """The bundle as files, one key a line."""
    return {file: "---\n".join(map(_dump, documents)).encode() for file, documents in data.items()}


def _dump(document: Any) -> str:
    text: str = yaml.safe_dump(document, sort_keys=False, width=10_000, default_flow_style=False)
    return text.removesuffix("...\n")


def archived(files: Files) -> bytes:
    """The bundle as the pipeline uploads it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def spots(data: Data) -> list[Spot]:
    """Every value of a bundle but those below an operator."""
    found = []
    for file, documents in data.items():
        for index, document in enumerate(documents):
            kind = BackupAppSet if document["kind"] == "BackupAppSet" else BackupApp
            found += list(_spots(Spot(file, index, (), grammar_of(kind), PLAIN, document)))
    return found


def _spots(spot: Spot) -> Iterator[Spot]:
    grammar, mode, value = spot.grammar, spot.mode, spot.value
    if isinstance(grammar, Within):
        grammar, mode = grammar.each, grammar.mode
    if isinstance(grammar, Either):
        grammar = grammar.items if isinstance(value, list) else grammar.other
    spot = spot._replace(grammar=grammar, mode=mode)
    yield spot
    if isinstance(value, dict) and not any(key.startswith("@@") for key in value):
        for key, child in value.items():
            if isinstance(grammar, Fields | Keyed):
                each = grammar.each[key] if isinstance(grammar, Fields) else grammar.each
                yield from _spots(spot._replace(path=(*spot.path, key), grammar=each, value=child))
    elif isinstance(value, list) and isinstance(grammar, Items):
        bare = mode._replace(operators=False)
        for index, child in enumerate(value):
            yield from _spots(spot._replace(path=(*spot.path, index), grammar=grammar.each, mode=bare, value=child))


def _put(data: Data, spot: Spot, value: Any) -> Data:
    """The bundle with another value at a place."""
    changed = deepcopy(data)
    if not spot.path:
        changed[spot.file][spot.document] = value
        return changed
    holder = changed[spot.file][spot.document]
    for key in spot.path[:-1]:
        holder = holder[key]
    holder[spot.path[-1]] = value
    return changed


def _at(rng: random.Random, data: Data, fits: Callable[[Spot], bool], spoiled: Callable[[Spot], Any]) -> Files | None:
    """The bundle with a value that fits made into another one."""
    places = [spot for spot in spots(data) if fits(spot)]
    if not places:
        return None
    spot = rng.choice(places)
    return written(_put(data, spot, spoiled(spot)))


# Keys


def without_required_key(rng: random.Random, data: Data) -> Files | None:
    """Where nothing merges, what is required is required in its document."""

    def spoiled(spot: Spot) -> Any:
        gone = rng.choice([key for key in spot.grammar.required if key in spot.value])
        return {key: value for key, value in spot.value.items() if key != gone}

    return _at(rng, data, lambda spot: _has_required(spot) and not spot.mode.operators, spoiled)


def without_merged_key(rng: random.Random, data: Data) -> Files | None:
    """In a bundle of one document nothing is inherited, so what its policy leaves out stays out."""
    if len(data) > 1 or len(next(iter(data.values()))) > 1:
        return None

    def spoiled(spot: Spot) -> Any:
        gone = rng.choice(_required(spot))
        return {key: value for key, value in spot.value.items() if key != gone}

    return _at(rng, data, lambda spot: _has_required(spot) and spot.mode.operators, spoiled)


def _has_required(spot: Spot) -> bool:
    return isinstance(spot.grammar, Fields) and isinstance(spot.value, dict) and bool(_required(spot))


def _required(spot: Spot) -> list[str]:
    """The keys that must be written; what a rule needs and has a default for may be left out."""
    return [key for key in spot.grammar.required if key in spot.value and key not in RULE_DEFAULTS]


def misspelt_key(rng: random.Random, data: Data) -> Files | None:
    def fits(spot: Spot) -> bool:
        return isinstance(spot.grammar, Fields) and isinstance(spot.value, dict) and bool(_known(spot))

    def spoiled(spot: Spot) -> Any:
        old = rng.choice(_known(spot))
        new = rng.choice([word for word in _misspelt(old) if word not in spot.grammar.each])
        return {new if key == old else key: value for key, value in spot.value.items()}

    return _at(rng, data, fits, spoiled)


def _known(spot: Spot) -> list[str]:
    return [key for key in spot.value if key in spot.grammar.each]


def _misspelt(word: str) -> list[str]:
    return [word + "s", word[:-1], word[1:], word.upper(), word.title(), word[0] + word, word + "-x", "_" + word, ""]


def foreign_key(rng: random.Random, data: Data) -> Files | None:
    """Keys of AWS's documents and of other tools."""
    keys = ["BackupPlanName", "Rules", "lifecycle", "labels", "annotations", "backup_plans", "namespace", "$schema"]

    def spoiled(spot: Spot) -> Any:
        return {**spot.value, rng.choice(keys): rng.choice(["x", 1, True, [], {}])}

    return _at(rng, data, lambda spot: isinstance(spot.grammar, Fields) and isinstance(spot.value, dict), spoiled)


def bad_name(rng: random.Random, data: Data) -> Files | None:
    """Names that the writer chooses, none of which the language takes as a name."""
    names = ["", "a b", "ä", "${region}", "x" * 200, "a/b", "@@assign", "a\nb"]

    def fits(spot: Spot) -> bool:
        named = isinstance(spot.grammar, Keyed) and scalar_name(spot.grammar.key) == "Key"
        return named and isinstance(spot.value, dict) and bool(spot.value) and "@@" not in str(spot.value)

    def spoiled(spot: Spot) -> Any:
        old, new = rng.choice(list(spot.value)), rng.choice(names)
        return {new if key == old else key: value for key, value in spot.value.items()}

    return _at(rng, data, fits, spoiled)


def duplicate_key(rng: random.Random, data: Data) -> Files | None:
    """The same key once more in its mapping; the value makes no difference."""
    places = [spot for spot in spots(data) if isinstance(spot.value, dict) and spot.value]
    spot = rng.choice(places)
    key, value = rng.choice(list(spot.value)), rng.choice(["again", "[]", "{}", "null", "35d", '"111111111111"'])
    return _with_line(data, spot, f"{_key(key)}: {value}")


def _key(key: str) -> str:
    return json.dumps(key) if key.startswith("@") else key


# Values


def wrong_kind(rng: random.Random, data: Data) -> Files | None:
    """A mapping where a list belongs, a list where a text belongs, and so on."""
    kinds: dict[type, list[Any]] = {
        Leaf: [["x"], [], {"a": "b"}, {}, [["x"]]],
        Items: ["x", 5, True, {"a": "b"}, {"0": "x"}],
        Fields: ["x", 5, False, ["x"], [{"a": "b"}], []],
        Keyed: ["x", 5, False, ["x"], [{"a": "b"}], []],
    }

    def fits(spot: Spot) -> bool:
        return type(spot.grammar) in kinds and not _may_be_list(spot)

    return _at(rng, data, fits, lambda spot: rng.choice(kinds[type(spot.grammar)]))


def _may_be_list(spot: Spot) -> bool:
    """A value of `allTags` and the accounts of a generator are one of two kinds."""
    return "allTags" in spot.path or (spot.path[-1:] == ("accounts",) and "generators" in spot.path)


DURATIONS = [
    35,
    3.5,
    "35",
    "d",
    "-35d",
    "3.5d",
    "35 d",
    "35D",
    "35s",
    "1y6w",
    "35dw",
    "thirty-five days",
    "P35D",
    True,
    "",
]
ARNS = ["arn:aws", "acme-backup", "arn:aws:iam::11:role/x", "arn:aws:s3:::bucket", 5, "", "arn:aws:iam::aws:policy/X"]
WRONG_SCALARS: dict[str, list[Any]] = {
    "Days": [*DURATIONS, "8h", "90m", "never"],
    "DaysOrNever": [*DURATIONS, "8h", "90m", "Never", "forever", False],
    "Window": [*DURATIONS, "8d", "1w", "8mh", "never"],
    "Hold": [*DURATIONS, "8d", "0m", "0h", "169h", "10081m", "never"],
    "CronSchedule": ["0 3 * * *", "@daily", "rate(1 day)", "", 3, "cron 0 3 * * ? *", "cron(0 3 * * ? *"],
    "Time": [*DURATIONS, "never", "4x"],
    "TimeOrNever": [*DURATIONS, "NEVER", "4x"],
    "Clock": ["3:00", "24:00", "03:60", "0300", "noon", 300, "03:00:00", "03.00"],
    "Day": ["29991231", "2999-W01-1", "31.12.2999", "2999-02-30", "2999-13-01", "tomorrow", 2999, "2999/12/31", ""],
    "Flag": ["yes", "no", "on", "enabled", 0, 1, "true", "False"],
    "AccountId": [111111111111, 1, "11111111111", "1111111111111", "acme", "11111111111a", "", "*", "1111-1111-1111"],
    "AppName": ["Acme", "a b", "a_b", "x" * 41, "", 5, True, "ä", "a.b", "../a"],
    "Region": ["eu", "EU-WEST-1", "eu-west", "eu-west-1a", "Frankfurt", "", 1, "*", "eu_west_1"],
    "CoveredType": ["RDS", "Aurora", "dynamodb", "ebs", "*", True, "", 5],
    "LockMode": ["Governance", "GOVERNANCE", "legal-hold", True, "", "none"],
    "VaultName": ["a", "a b", "x" * 51, "a.b", "ä-vault", "", 55, "a/b"],
    "PlanName": ["", "a b", "x" * 51, "ä", 5, "a/b"],
    "Schedule": ["0 3 * * *", "@daily", "every day", "", 3, "cron 0 3 * * ? *", "cron(0 3 * * ? *"],
    "RoleArn": [*ARNS, "arn:aws:iam::111111111111:user/x"],
    "KeyArn": [*ARNS, "alias/acme-backup", "arn:aws:kms:eu-west-1:111111111111:acme"],
    "VaultArn": [*ARNS, "arn:aws:backup:eu-west-1:111111111111:backup-plan:x"],
    "TopicArn": [*ARNS, "arn:aws:sqs:eu-west-1:111111111111:x"],
    "ResourceArn": ["table/x", "", 5, "**", "dynamodb", "arn:", "arn: aws"],
    "Key": ["", "a b", "x" * 51, "ä", 5, "a/b", True],
    "Text": ["", 5, 0.5, True, "x" * 4097],
    "TagValue": [5, True, 0.5, "x" * 257],
    "String": [5, True, 0.5],
    "backupappsv1Word": ["backup-apps/v2", "v1", 1, "", "Backup-Apps/v1", "argoproj.io/v1alpha1"],
    "BackupAppWord": ["Application", "backupapp", "BackupPlan", "", 1, "BackupApps"],
    "BackupAppSetWord": ["ApplicationSet", "backupappset", "", 1],
}
"""For each scalar, what looks like it and is none. None of them holds a variable, which would put off the check."""


def with_wrong_scalar(rng: random.Random, name: str, value: Any) -> Files | None:
    """The rich bundle with a wrong value at one of the places of a scalar."""
    return _at(
        rng,
        rich_bundle(),
        lambda spot: isinstance(spot.grammar, Leaf) and scalar_name(spot.grammar) == name,
        lambda spot: value,
    )


def wrong_scalar(rng: random.Random, data: Data) -> Files | None:
    def spoiled(spot: Spot) -> Any:
        return rng.choice(WRONG_SCALARS[scalar_name(spot.grammar)])

    return _at(rng, data, lambda spot: isinstance(spot.grammar, Leaf), spoiled)


def access_policy_of_another_kind(rng: random.Random, data: Data) -> Files | None:
    wrong = ["text", ["text"], [{"Effect": "Deny"}], 5, True, "{}", [], 0.5]
    return _at(rng, data, lambda spot: spot.path[-1:] == ("accessPolicy",), lambda spot: rng.choice(wrong))


NIGHTLY: Keys = ("spec", "policy", "plans", "daily", "rules", "nightly")
MAIN: Keys = ("spec", "policy", "vaults", "main")
REFUSED_BY_AWS: dict[Keys, list[Any]] = {
    (*NIGHTLY, "timezone"): ["Mars/Base", "../etc/passwd", "UTC+2", "europe/dublin ", "/etc/localtime"],
    (*NIGHTLY, "schedule"): [
        "cron(0 99 * * ? *)", "cron(0 3 * * *)", "cron(0 3 * * ? * *)", "cron(0 3 31 2 ? *)", "rate(1 day)", "cron()",
        "cron(0/0 3 * * ? *)", "cron(0 3 * * * *)", "cron(0 3 ? * MON#9 *)", "cron(0 3 ? * 2#99999999999999999999 *)",
        "cron(a b c d e f)", "cron(* * * * ? *)", "cron(0 3 * * ? 1969)", "cron(0 3 L-40 * ? *)",
    ],
    (*NIGHTLY, "vault"): ["nobody", "Main", "primary"],
    (*NIGHTLY, "startWindow"): ["59m", "0h", "999999999h"],
    (*NIGHTLY, "completeWindow"): ["90m", "0m", "999999999h"],
    (*NIGHTLY, "continuous"): [True],
    (*NIGHTLY, "copies", "dr", "to", "region"): ["eu-nowhere-9", "cn-north-1"],
    (*NIGHTLY, "copies", "dr"): [{"retention": {"delete": "90d"}}],
    (*NIGHTLY, "copies", "dr", "retention", "delete"): ["never", "0d", "999999999y", "6d"],
    (*NIGHTLY, "tags"): [{"aws:x": "y"}, {"backup-apps:app": "y"}, {f"tag{n}": "x" for n in range(11)}],
    (*MAIN, "lock"): [{"mode": "compliance"}, {"mode": "governance", "changeableFor": "3d"}],
    (*MAIN, "notifications", "events"): [[], ["SOMETHING_HAPPENED"]],
}  # fmt: skip
"""In the rich bundle, which has guardrails of every kind: they, too, meet what AWS would refuse."""


def refused_by_aws(rng: random.Random, data: Data) -> Files | None:
    path = rng.choice(list(REFUSED_BY_AWS))
    spot = Spot("app.yaml", 0, path, Free(), PLAIN, None)
    return written(_put(rich_bundle(), spot, rng.choice(REFUSED_BY_AWS[path])))


def null(rng: random.Random, data: Data) -> Files | None:
    """Even where AWS's own JSON stands, null is no value."""
    return _at(rng, data, lambda spot: True, lambda spot: None)


# Operators


def unknown_operator(rng: random.Random, data: Data) -> Files | None:
    words = ["@@replace", "@@merge", "@@Assign", "@@appendd", "@@", "@@operators_allowed"]

    def spoiled(spot: Spot) -> Any:
        held = spot.value if isinstance(spot.value, dict) else {}
        return {**held, rng.choice(words): rng.choice([spot.value, ["x"], True])}

    return _at(rng, data, lambda spot: spot.mode.operators and not isinstance(spot.grammar, Free), spoiled)


def operator_where_nothing_merges(rng: random.Random, data: Data) -> Files | None:
    """`children`, guardrails, overrides' conditions, waivers, metadata: nothing of theirs is inherited by merging."""

    def fits(spot: Spot) -> bool:
        alone = not spot.mode.operators and isinstance(spot.grammar, Leaf | Items | Fields)
        return alone and not _may_be_list(spot)

    def spoiled(spot: Spot) -> Any:
        return rng.choice([{"@@assign": spot.value}, {"@@append": [spot.value]}, {"@@remove": True}])

    return _at(rng, data, fits, spoiled)


def operator_of_another_kind(rng: random.Random, data: Data) -> Files | None:
    """Lists take all operators, single values only @@assign, mappings none."""

    def spoiled(spot: Spot) -> Any:
        if isinstance(spot.grammar, Leaf):
            value = [spot.value]
            return rng.choice([{"@@append": value}, {"@@append": spot.value}, {"@@assign": value}, {"@@remove": value}])
        if isinstance(spot.grammar, Items):
            return rng.choice([{"@@assign": "x"}, {"@@append": {"a": "b"}}, {"@@append": "x"}, {"@@remove": "x"}])
        return rng.choice([{"@@assign": spot.value}, {"@@append": spot.value}, {"@@assign": [], "a": "b"}])

    def fits(spot: Spot) -> bool:
        return (
            spot.mode.operators and isinstance(spot.grammar, Leaf | Items | Fields | Keyed) and not _may_be_list(spot)
        )

    return _at(rng, data, fits, spoiled)


def bad_removal(rng: random.Random, data: Data) -> Files | None:
    def spoiled(spot: Spot) -> Any:
        wrong: list[Any] = [False, "true", 1, None, "x"]
        beside = {"@@remove": True, "@@assign": spot.value}
        return rng.choice([*({"@@remove": value} for value in wrong), beside])

    return _at(rng, data, lambda spot: spot.mode.operators and not isinstance(spot.grammar, Free), spoiled)


def bad_control(rng: random.Random, data: Data) -> Files | None:
    wrong: list[Any] = [
        [], "@@all", ["@@everything"], ["@@none", "@@assign"], ["@@assign", "@@assign"], None, True, [5], {"a": "b"},
        ["all"], [["@@all"]],
    ]  # fmt: skip

    def spoiled(spot: Spot) -> Any:
        return {**spot.value, CONTROL: rng.choice(wrong)}

    def fits(spot: Spot) -> bool:
        return spot.mode.operators and isinstance(spot.grammar, Fields | Keyed) and isinstance(spot.value, dict)

    return _at(rng, data, fits, spoiled)


def removal_of_nothing(rng: random.Random, data: Data) -> Files | None:
    """A key that nobody wrote can't be removed."""

    def spoiled(spot: Spot) -> Any:
        return {**spot.value, f"nobody{rng.randrange(1000)}": {"@@remove": True}}

    def fits(spot: Spot) -> bool:
        mapping = spot.mode.operators and isinstance(spot.grammar, Keyed) and isinstance(spot.value, dict)
        return mapping and spot.path[1] in INHERITED

    return _at(rng, data, fits, spoiled)


def list_over_list(rng: random.Random, data: Data) -> Files | None:
    """A child of the root writes a bare list where the root has one."""
    root = data["app.yaml"][0]
    children = [file for file in data if file != "app.yaml" and _is_child_of_root(file, root["spec"])]
    lists = [
        spot
        for spot in spots({"app.yaml": [root]})
        if isinstance(spot.grammar, Items) and isinstance(spot.value, list) and spot.path[1] in INHERITED
    ]
    if not children or not lists:
        return None
    changed, file, spot = deepcopy(data), rng.choice(children), rng.choice(lists)
    document = rng.randrange(len(changed[file]))
    if changed[file][document]["kind"] != "BackupApp":
        return None
    holder = changed[file][document]
    for key in spot.path[:-1]:
        holder = holder.setdefault(key, {})
        if not isinstance(holder, dict) or "@@remove" in holder:
            return None
    holder[spot.path[-1]] = rng.choice([spot.value, spot.value * 2, []])
    return written(changed)


def _is_child_of_root(file: str, spec: dict[str, Any]) -> bool:
    return any(Path(file).match(pattern) for pattern in spec.get("children", ()) if "**" not in pattern)


# Variables


def unknown_variable(rng: random.Random, data: Data) -> Files | None:
    """In a variable that every leaf inherits: all of them are resolved, used or not."""
    wrong = ["${nobody}", "${Region}", "${region.name}", "a-${}", "${", "${region", "${${region}}", "${ region }"]
    return written(_with_variables(data, {f"wrong{rng.randrange(100)}": rng.choice(wrong)}))


def circle_of_variables(rng: random.Random, data: Data) -> Files | None:
    names = [f"v{number}" for number in rng.sample(range(100), rng.randint(1, 5))]
    circle = {name: f"x-${{{following}}}" for name, following in zip(names, names[1:] + names[:1], strict=True)}
    return written(_with_variables(data, circle))


def built_in_variable(rng: random.Random, data: Data) -> Files | None:
    name = rng.choice(["account", "region", "app", "bundle"])
    return written(_with_variables(data, {name: f"mine{rng.randrange(100)}"}))


def _with_variables(data: Data, variables: dict[str, str]) -> Data:
    changed = deepcopy(data)
    spec = changed["app.yaml"][0]["spec"]
    spec["variables"] = {**spec.get("variables", {}), **variables}
    return changed


# The hierarchy


def lost_child(rng: random.Random, data: Data) -> Files | None:
    pattern = rng.choice(
        ["nowhere/*.yaml", "../*.yaml", "/etc/*.yaml", "app.yaml", "*.json", "apps", "..", "a\\b.yaml"]
    )
    changed = deepcopy(data)
    spec = changed["app.yaml"][0]["spec"]
    spec["children"] = [
        *spec.get("children", []),
        f"{pattern}{rng.choice(['', ' '])}" if rng.random() < 0.2 else pattern,
    ]
    return written(changed)


def stray_file(rng: random.Random, data: Data) -> Files | None:
    """A file in a folder of its own, which no pattern of the bundle reaches."""
    if "**" in str(data["app.yaml"][0]["spec"].get("children", "")):
        return None
    app = {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": "stray"}, "spec": {}}
    return written({**data, f"lost{rng.randrange(1000)}/app.{rng.choice(['yaml', 'yml'])}": [app]})


def same_name(rng: random.Random, data: Data) -> Files | None:
    apps = [spot for spot in spots(data) if spot.path == ("metadata", "name")]
    if len(apps) < 2:
        return None
    one, other = rng.sample(apps, 2)
    return written(_put(data, one, other.value))


# Text and bytes

BROKEN_LINES = [
    'zz: "never closed', "zz: 'never closed", "zz: [a, b", "zz: {a: b", "zz: a]: b", "zz: *nobody", "zz: &a [*a]",
    "zz: !!python/object/apply:os.system [ls]", "zz: !secret x", "<<: {a: b}", "5: x", "true: x", "null: x", "[a]: x",
    "{a: b}: x", "words without a colon", "zz: a: b", "- x", "zz: @x", "zz: `x`", "zz: %x", "\tzz: x", "zz: |x", "]",
    "}", '"zz"x: y', "zz: [a,, b]", "? zz", "zz: {delete:}", "~: x", "1.5: x", "zz: !!binary aGk=",
]  # fmt: skip


def broken_line(rng: random.Random, data: Data) -> Files | None:
    """A line among the keys of a mapping that YAML, or the YAML of the language, has no meaning for."""
    places = [spot for spot in spots(data) if isinstance(spot.value, dict) and spot.value]
    return _with_line(data, rng.choice(places), rng.choice(BROKEN_LINES))


def _with_line(data: Data, spot: Spot, line: str) -> Files:
    """The bundle with a line as it stands among the keys of a mapping, at the depth of the others."""
    key, _, value = MARKER.partition(": ")
    files = written(_put(data, spot, {**spot.value, key: value}))
    return {**files, spot.file: files[spot.file].replace(MARKER.encode(), line.encode())}


def wrong_indentation(rng: random.Random, data: Data) -> Files | None:
    """A key that stands one column right of the line before it, which is complete in itself; or tabs."""
    files = written(data)
    file = rng.choice(list(files))
    lines = files[file].decode().split("\n")
    places = [
        index
        for index in range(1, len(lines))
        if ": " in lines[index] and ": " in lines[index - 1] and "'" not in lines[index - 1] and lines[index][0] == " "
    ]
    if not places:
        return None
    index = rng.choice(places)
    depth = len(lines[index]) - len(lines[index].lstrip())
    before = len(lines[index - 1]) - len(lines[index - 1].lstrip(" -"))
    indent = rng.choice(["\t" * rng.randint(1, 3), " " * (max(depth, before) + 1)])
    lines[index] = indent + lines[index].lstrip()
    return {**files, file: "\n".join(lines).encode()}


def not_utf_8(rng: random.Random, data: Data) -> Files | None:
    files = written(data)
    file = rng.choice(list(files))
    content = files[file]
    noise = rng.choice([b"\xff", b"\xc3\x28", b"\xe2\x82", b"\xf0\x28\x8c\xbc", b"\xed\xa0\x80", b"\xc0\xaf", b"\x80"])
    at = rng.randrange(len(content) + 1)
    return {**files, file: content[:at] + noise + content[at:]}


def control_character(rng: random.Random, data: Data) -> Files | None:
    files = written(data)
    file = rng.choice(list(files))
    content = files[file]
    at = rng.randrange(len(content) + 1)
    return {
        **files,
        file: content[:at] + rng.choice([b"\0", b"\x07", b"\x1b[31m", b"\x7f", b"\xef\xbf\xbf"]) + content[at:],
    }


def noise(rng: random.Random, data: Data) -> Files | None:
    """Random bytes over a part of a file, or its end cut off, where libyaml can no longer read it."""
    files = written(data)
    file = rng.choice(list(files))
    content = bytearray(files[file])
    at = rng.randrange(len(content))
    if rng.random() < 0.3:
        content = content[:at]
    else:
        for index in range(at, min(at + rng.randint(1, 6), len(content))):
            content[index] = rng.choice(b"\t \n:-[]{}&*!|>'\"%@`,?#" + bytes(range(48, 58)) + bytes(range(128, 256)))
    return {**files, file: bytes(content)} if _unreadable(bytes(content)) else None


def _unreadable(content: bytes) -> bool:
    try:
        for _ in yaml.compose_all(content.decode(), yaml.CSafeLoader):
            pass
    except (yaml.YAMLError, UnicodeDecodeError):
        return True
    return False


def too_deep(rng: random.Random, data: Data) -> Files | None:
    depth = rng.randint(70, 3000)
    deep = "[" * depth + "]" * depth if rng.random() < 0.5 else "{a: " * depth + "x" + "}" * depth
    return _with_line(data, rng.choice([spot for spot in spots(data) if isinstance(spot.value, dict)]), f"zz: {deep}")


def alias_bomb(rng: random.Random, data: Data) -> Files | None:
    width = rng.randint(5, 9)
    rows = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, 12)]
    files = written(data)
    file = rng.choice(list(files))
    return {**files, file: files[file] + ("\n".join(rows) + "\n").encode()}


MUTATIONS = tuple(
    Mutation(spoil.__name__, spoil)
    for spoil in (
        without_required_key, without_merged_key, misspelt_key, foreign_key, bad_name, duplicate_key,
        wrong_kind, wrong_scalar, access_policy_of_another_kind, refused_by_aws, null,
        unknown_operator, operator_where_nothing_merges, operator_of_another_kind, bad_removal, bad_control,
        removal_of_nothing, list_over_list,
        unknown_variable, circle_of_variables, built_in_variable,
        lost_child, stray_file, same_name,
        broken_line, wrong_indentation, not_utf_8, control_character, noise, too_deep, alias_bomb,
    )
)  # fmt: skip


def malformed(mutation: Mutation, count: int, seed: int = 0) -> Iterator[Files]:
    """Up to `count` different bundles that a mutation spoiled, the same ones every time."""
    rng = random.Random(f"{mutation.name}/{seed}")
    seen: set[bytes] = set()
    for _ in range(count * 20):
        files = mutation.spoil(rng, deepcopy(rng.choice(good_bundles())))
        content = b"\0".join(sorted(files.values())) if files else b""
        if files and content not in seen:
            seen.add(content)
            yield files
        if len(seen) == count:
            return
