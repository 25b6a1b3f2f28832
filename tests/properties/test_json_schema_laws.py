"""An editor and `validate` agree on every document that can be judged alone."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from mutations import MUTATIONS, Mutation, malformed

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.apps import read_apps
from backup_apps.domain.nodes import plain

SCHEMA = Draft7Validator(json.loads((Path(__file__).parents[2] / "schemas" / "backupapp.json").read_text()))
STRUCTURAL = [
    mutation
    for mutation in MUTATIONS
    if mutation.name
    in {
        "without_required_key",
        "misspelt_key",
        "foreign_key",
        "bad_name",
        "wrong_kind",
        "wrong_scalar",
        "access_policy_of_another_kind",
        "null",
        "unknown_operator",
        "operator_where_nothing_merges",
        "operator_of_another_kind",
        "bad_removal",
        "bad_control",
        "list_over_list",
        "lost_child",
        "stray_file",
    }
]


@pytest.mark.parametrize("mutation", STRUCTURAL, ids=lambda mutation: mutation.name)
def test_a_schema_refuses_what_a_document_alone_gets_wrong_and_nothing_else(mutation: Mutation) -> None:
    for files in malformed(mutation, 40, seed=1):
        for name, content in files.items():
            file, found = read_documents(name, content)
            for document in file.documents if not found else ():
                judged = read_apps(file._replace(documents=(document,)), None).findings
                written = plain(document)
                if not is_set(written):
                    assert SCHEMA.is_valid(written) == (not judged), explained(written, judged)


def is_set(written: Any) -> bool:
    """A template is judged by what it stamps, which a schema can't know."""
    return isinstance(written, dict) and written.get("kind") == "BackupAppSet"


def explained(written: Any, judged: Any) -> str:
    said = [error.message[:200] for error in SCHEMA.iter_errors(written)]
    return f"{yaml.safe_dump(written)}\nvalidate: {judged}\nschema: {said}"
