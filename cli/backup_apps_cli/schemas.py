"""Writes the JSON Schemas for editors: `python -m backup_apps_cli.schemas [FOLDER]`, or `make schemas`."""

import json
import sys
from pathlib import Path
from typing import Any

from backup_apps.domain.documents import BackupApp, BackupAppSet
from backup_apps.domain.json_schema import DRAFT, json_schema

APP, SET, FILE = "backupapp.json", "backupappset.json", "policy-file.json"

POLICY_FILE: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "A policy file of backup-apps",
    "if": {"properties": {"kind": {"const": "BackupAppSet"}}, "required": ["kind"]},
    "then": {"$ref": SET},
    "else": {"$ref": APP},
}
"""Whatever stands in a file of a bundle: what an editor is pointed at."""


def schema_files() -> dict[str, str]:
    """The text of each file: one for each kind of document, and one that chooses by kind."""
    schemas = {APP: json_schema(BackupApp), SET: json_schema(BackupAppSet), FILE: POLICY_FILE}
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in schema_files().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
