"""The JSON Schemas for editors: what is checked in is current, and says what `validate` says of a document alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from backup_apps.adapters.bundles import read_folder
from backup_apps.domain.nodes import plain
from backup_apps_cli.schemas import schema_files

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases" / "validate"
VALID = [ROOT / "examples" / "acme", *(case / "bundle" for case in sorted(CASES.glob("valid-*")))]
GOOD: dict[str, Any] = yaml.safe_load((CASES / "valid-one-app" / "bundle" / "app.yaml").read_text())


def validator(name: str = "policy-file.json") -> Draft7Validator:
    """The schema that editors are pointed at; it takes the others from beside it."""
    schemas = {path.name: json.loads(path.read_text()) for path in (ROOT / "schemas").glob("*.json")}
    for schema in schemas.values():
        Draft7Validator.check_schema(schema)
    beside = Registry().with_resources((key, Resource.from_contents(schema)) for key, schema in schemas.items())
    return Draft7Validator(schemas[name], registry=beside)


def documents(bundle: Path) -> Iterator[Any]:
    for file in read_folder(bundle).files:
        yield from (plain(document) for document in file.documents)


def with_spec(**spec: Any) -> dict[str, Any]:
    return {**GOOD, "spec": {**GOOD["spec"], **spec}}


def in_rule(**keys: Any) -> dict[str, Any]:
    return with_spec(policy={"plans": {"daily": {"rules": {"nightly": keys}}}})


def app_set(template: dict[str, Any] | None = None, **generator: Any) -> dict[str, Any]:
    stamped = {"metadata": {"name": "${item.name}"}, "spec": {}}
    spec = {"generators": [generator], "template": stamped if template is None else template}
    return {"apiVersion": "backup-apps/v1", "kind": "BackupAppSet", "metadata": {"name": "teams"}, "spec": spec}


def stamping(**spec: Any) -> dict[str, Any]:
    return app_set({"metadata": {"name": "${item.name}"}, "spec": spec}, regions=["eu-west-1"])


def test_what_is_checked_in_is_current() -> None:
    written = {path.name: path.read_text() for path in (ROOT / "schemas").glob("*.json")}

    assert written == schema_files(), "run `make schemas`"


@pytest.mark.parametrize("bundle", VALID, ids=lambda bundle: bundle.parent.name)
def test_every_valid_bundle_fits(bundle: Path) -> None:
    for document in documents(bundle):
        assert list(validator().iter_errors(document)) == []
        assert list(validator(f"{document['kind'].lower()}.json").iter_errors(document)) == []


@pytest.mark.parametrize(
    "name",
    [
        "refused-accounts-and-regions",
        "refused-change-of-kind",
        "refused-head",
        "refused-not-a-mapping",
        "refused-operators",
        "refused-patterns",
        "refused-spec-is-a-list",
        "refused-units",
        "refused-unknown-keys",
        "refused-variable-in-key",
    ],
)
def test_what_a_document_alone_gets_wrong_is_refused(name: str) -> None:
    assert any(list(validator().iter_errors(document)) for document in documents(CASES / name / "bundle"))


@pytest.mark.parametrize(
    "document",
    [
        in_rule(retention={"delete": "${kept}"}),
        in_rule(retention={"delete": {"@@assign": "35d"}}),
        in_rule(retention={"@@remove": True}),
        in_rule(retention={"delete": {"@@operators_allowed_for_child_policies": ["@@none"], "@@assign": "35d"}}),
        in_rule(**{"@@operators_allowed_for_child_policies": ["@@assign", "@@append"], "vault": "main"}),
        in_rule(continuous="${continuous}"),
        with_spec(targets={"regions": {"@@append": ["eu-west-1"], "@@remove": ["us-east-1"]}}),
        with_spec(targets={"regions": {"@@remove": True}}),
        with_spec(variables={"tier": {"@@remove": True}}),
        with_spec(pause={"until": "2027-03-31", "owner": "me", "reason": "an incident"}),
        with_spec(pause={"until": "2027-03-31T18:00:00+02:00", "owner": "me", "reason": "an incident"}),
        with_spec(adopt={"vaults": ["main-${region}"], "plans": ["old"]}),
        with_spec(policy={"plans": {"daily": {"selections": {"all": {"shared": {"reason": "for ${app}"}}}}}}),
        with_spec(policy={"vaults": {"main": {"accessPolicy": {"Statement": [{"Effect": "Deny"}]}}}}),
        with_spec(guardrails={"retention": {"min": "${least}", "max": "never"}, "locked": ["policy.role"]}),
        with_spec(overrides=[{"when": {"region": ["eu-*"]}, "policy": {"role": {"@@remove": True}}}]),
        app_set(list=[{"name": "payments", "tier": "gold"}]),
        app_set(accounts={"ou": "prod", "tag": {"team": "data"}}),
        app_set(matrix=[{"accounts": ["111111111111"]}, {"regions": ["eu-west-1"]}]),
        stamping(targets={"accounts": ["${item.account}"], "regions": {"@@append": ["${item.region}"]}}),
        stamping(policy={"role": "${item.role}"}, variables={"tier": "${item.tier}"}),
    ],
)
def test_operators_and_variables_stand_where_the_language_has_them(document: dict[str, Any]) -> None:
    assert list(validator().iter_errors(document)) == []


@pytest.mark.parametrize(
    "document",
    [
        app_set(lists=[]),
        app_set(list=[{"name": 5}]),
        app_set(accounts=["11"]),
        app_set(matrix=[{"matrix": []}]),
        app_set({"metadata": {"name": "x"}}, list=[]),
        stamping(targets={"accounts": [111111111111]}),
        stamping(polices={}),
        {**GOOD, "apiVersion": "backup-apps/v2"},
        {**GOOD, "kind": "BackupPlan"},
        {**GOOD, "metadata": {"name": "Not a name"}},
        {**GOOD, "metadata": {"name": {"@@assign": "acme"}}},
        {key: value for key, value in GOOD.items() if key != "spec"},
        with_spec(polices={}),
        with_spec(children={"@@append": ["*.yaml"]}),
        with_spec(children=None),
        with_spec(targets={"regions": ["${region}"]}),
        with_spec(targets={"accounts": [111111111111]}),
        with_spec(targets={"regions": {"@@assign": "eu-west-1"}}),
        with_spec(targets={"@@assign": {"regions": []}}),
        with_spec(variables={"${tier}": "gold"}),
        with_spec(variables={"tier": 5}),
        with_spec(pause={"until": "2027-03-31", "owner": "me"}),
        with_spec(pause={"until": "2027-03-31T18:00:00", "owner": "me", "reason": "no zone"}),
        with_spec(pause={"until": "30d", "owner": "me", "reason": "no day"}),
        with_spec(adopt=["main"]),
        with_spec(adopt={"vaults": {"@@append": ["main"]}}),
        with_spec(policy={"plans": {"daily": {"selections": {"all": {"shared": True}}}}}),
        with_spec(guardrails={"retention": {"min": {"@@assign": "14d"}}}),
        with_spec(guardrails={"copies": {"crossRegion": "yes"}}),
        with_spec(overrides={"when": {}, "policy": {}}),
        with_spec(overrides=[{"when": {"region": ["eu-*"]}}]),
        with_spec(waivers=[{"for": "acme", "guardrail": "roles", "value": [], "owner": "me", "reason": "why"}]),
        with_spec(policy={"vaults": {"main": {"accessPolicy": {"Statement": None}}}}),
        in_rule(retention={"delete": None}),
        in_rule(retention={"delete": 35}),
        in_rule(retention={"delete": "35h"}),
        in_rule(retention={"delete": "35dw"}),
        in_rule(retention={"delete": {"@@append": "35d"}}),
        in_rule(retention={"delete": {"@@remove": False}}),
        in_rule(retention={"@@remove": True, "delete": "35d"}),
        in_rule(startWindow="8d"),
        in_rule(continuous="yes"),
        in_rule(tags={"${tier}": "x"}),
        in_rule(tags={"@@append": ["x"]}),
        in_rule(**{"@@replace": {"vault": "main"}}),
        in_rule(**{"@@operators_allowed_for_child_policies": ["@@none", "@@assign"]}),
        in_rule(**{"@@operators_allowed_for_child_policies": []}),
    ],
)
def test_what_the_language_refuses_an_editor_refuses(document: dict[str, Any]) -> None:
    assert list(validator().iter_errors(document))


def test_an_editor_has_something_to_show() -> None:
    schema = json.loads((ROOT / "schemas" / "backupapp.json").read_text())

    assert "deleted" in schema["definitions"]["RetentionMergingTemplate"]["description"]
    assert schema["definitions"]["RuleMergingTemplate"]["properties"]["timezone"]["default"] == "Etc/UTC"
    assert schema["definitions"]["Region"]["examples"] == ["eu-west-1"]
