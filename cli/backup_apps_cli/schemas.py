"""Writes the JSON Schemas for editors: `python -m backup_apps_cli.schemas [FOLDER]`, or `make schemas`."""

import json
import sys
from pathlib import Path

from backup_apps.domain.documents import BackupApp
from backup_apps.domain.json_schema import json_schema

KINDS = (BackupApp,)


def schema_files() -> dict[str, str]:
    """The text of each file, one for each kind of document."""
    return {f"{kind.__name__.lower()}.json": json.dumps(json_schema(kind), indent=2) + "\n" for kind in KINDS}


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in schema_files().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
