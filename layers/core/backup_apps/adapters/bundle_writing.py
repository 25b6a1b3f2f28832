"""Bundles written by a program: documents as YAML that a person would have written alike."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from backup_apps.adapters.bundles import Bundle
from backup_apps.adapters.yaml_documents import read_documents

Document = Mapping[str, Any]
_WIDTH = 120
_LONGEST_IN_LINE = 80
_MOST_IN_LINE = 3
_NUMBER = re.compile(r"[-+]?[.0-9][-+.0-9eE]*|[-+]?\.(inf|nan)", re.IGNORECASE)


class QuotingDumper(yaml.SafeDumper):
    """No aliases, and no text that the policy language would take for a number."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Dumper(QuotingDumper):
    """In lines of a readable length."""


def _represent_text(dumper: QuotingDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _NUMBER.fullmatch(text) else None)


def _represent_mapping(dumper: _Dumper, mapping: dict[str, Any]) -> yaml.MappingNode:
    """In one line where it is short and holds no further mappings."""
    flat = all(_is_scalar(value) or (isinstance(value, list) and _is_short(value)) for value in mapping.values())
    short = flat and len(mapping) <= _MOST_IN_LINE and len(str(mapping)) <= _LONGEST_IN_LINE
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=short)


def _represent_list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=_is_short(items))


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _is_short(items: list[Any]) -> bool:
    return all(_is_scalar(item) for item in items) and len(str(items)) <= _LONGEST_IN_LINE


QuotingDumper.add_representer(str, _represent_text)
_Dumper.add_representer(dict, _represent_mapping)
_Dumper.add_representer(list, _represent_list)


def yaml_of(document: Document) -> str:
    """The text of a document; keys keep their order."""
    return yaml.dump(
        dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_WIDTH
    )


def bundle_of(documents: Mapping[str, Document]) -> Bundle:
    """The bundle as if its files had been read from a folder."""
    read = [read_documents(path, yaml_of(document).encode()) for path, document in sorted(documents.items())]
    return Bundle(tuple(file for file, _ in read), tuple(found for _, findings in read for found in findings))


def write_folder(folder: Path, documents: Mapping[str, Document]) -> None:
    """Write a bundle. Raises FileExistsError where a file of it is there already, before anything is written."""
    files = {folder / path: yaml_of(document) for path, document in documents.items()}
    for path in files:
        if path.exists():
            raise FileExistsError(f"{path} exists already; import into an empty folder")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
