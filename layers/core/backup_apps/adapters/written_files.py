"""Files that a person writes beside a bundle, in YAML or JSON, as instances of their model."""

from pathlib import Path
from typing import TypeVar

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.checking import PLAIN, check
from backup_apps.domain.grammar import grammar_of
from backup_apps.domain.nodes import plain
from backup_apps.domain.places import Finding, Place, finding
from backup_apps.domain.policy import Written

Model = TypeVar("Model", bound=Written)


def read_written(path: Path, model: type[Model]) -> Model | tuple[Finding, ...]:
    """What the file says, or all that is wrong with it. Raises OSError where it can't be read."""
    file, findings = read_documents(str(path), path.read_bytes())
    start = Place(str(path), 1, 1)
    if findings or len(file.documents) != 1:
        return tuple(findings) or (finding(start, (), f"must hold one document, not {len(file.documents)}"),)
    _, refused = check(file.documents[0], grammar_of(model), (), PLAIN, start)
    return tuple(refused) or model.model_validate(plain(file.documents[0]))
