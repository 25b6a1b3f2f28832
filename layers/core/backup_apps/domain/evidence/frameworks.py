"""A framework's controls as data: statements, and by name the facts that each rests on."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from backup_apps.domain.evidence import in_force, on_the_books, restores
from backup_apps.domain.evidence.facts import Evidence, Fact, verdict_of

FACTS: Mapping[str, Callable[[Evidence], Iterable[Fact]]] = {
    find.__name__: find
    for find in (
        in_force.targets_synced,
        in_force.no_weakening_drift,
        in_force.retention_as_bounded,
        in_force.copies_elsewhere,
        in_force.vaults_locked,
        in_force.customer_keys,
        in_force.keys_rotate,
        restores.rehearsals_scheduled,
        restores.restored_within_max_age,
        restores.last_restores_verified,
        restores.restored_within_rto,
        on_the_books.weakening_changes_approved,
        on_the_books.commits_attested,
        on_the_books.weakening_drift_told,
        on_the_books.ledger_is_whole,
    )
}


def _known(name: str) -> str:
    if name not in FACTS:
        raise ValueError(f"'{name}' are no facts; there are {', '.join(FACTS)}")
    return name


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Control(_Written):
    id: str
    title: str
    statements: tuple[Annotated[str, AfterValidator(_known)], ...]
    """By the names of their facts."""


class Framework(_Written):
    name: str
    controls: tuple[Control, ...]


class Mapped(_Written):
    """The file of frameworks: each statement is worded once."""

    statements: Mapping[Annotated[str, AfterValidator(_known)], str]
    frameworks: Mapping[str, Framework]


def evidence_document(evidence: Evidence, mapped: Mapped, framework: str) -> dict[str, Any]:
    """Every statement of every control with its verdict and facts. Nothing says that a control is complied with."""
    chosen = mapped.frameworks[framework]
    judged = {name: _statement(name, mapped.statements[name], evidence) for name in _named(chosen)}
    return {
        "framework": chosen.name,
        "bundle": evidence.bundle,
        "version": evidence.version,
        "asOf": evidence.now,
        "controls": [
            {"id": one.id, "title": one.title, "statements": [judged[name] for name in one.statements]}
            for one in chosen.controls
        ],
    }


def _named(framework: Framework) -> list[str]:
    return sorted({name for control in framework.controls for name in control.statements})


def _statement(name: str, says: str, evidence: Evidence) -> dict[str, Any]:
    facts = tuple(FACTS[name](evidence))
    return {
        "statement": says,
        "verdict": verdict_of(facts).value,
        "basis": name,
        "facts": [one.to_json() for one in facts],
    }
