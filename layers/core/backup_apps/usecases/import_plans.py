"""A bundle from plans that something else made."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from backup_apps.domain.imports.apps import AppFile, Draft, bundle_files, draft
from backup_apps.domain.imports.comparison import unlike
from backup_apps.domain.imports.found import FoundPlan
from backup_apps.domain.places import Finding
from backup_apps.ports.bundles import Resolved

Documents = Mapping[str, Mapping[str, Any]]
"""The files of a bundle, one document each, by path."""


class Resolver(Protocol):
    """Resolves a bundle from its documents, as if they were read from files."""

    def __call__(self, documents: Documents) -> Resolved: ...


class Imported(NamedTuple):
    """A bundle, why it would not render the same plans (nothing if it would), and what remains for a person to do."""

    documents: Documents
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def import_plans(found: Sequence[FoundPlan], bundle: str, description: str, resolve: Resolver) -> Imported:
    """The bundle, checked by rendering it: what differs is said plan by plan."""
    managed = [plan for plan in found if plan.is_managed_by_organizations]
    problems = [f"{plan}: Organizations manages it, so no bundle can; import its policies instead" for plan in managed]
    drafts = [(plan, draft(plan)) for plan in found if not plan.is_managed_by_organizations]
    if not drafts:
        return Imported({}, (*problems, "there is no plan to import"), ())
    files = bundle_files(bundle, description, drafts)
    documents = {file.path: file.document for file in files}
    problems += [f"{plan}: {loss}" for plan, made in drafts for loss in made.losses]
    problems += _misrendered(files, [plan for plan, made in drafts if not made.losses], resolve(documents))
    return Imported(documents, tuple(dict.fromkeys(problems)), _notes(drafts))


def _misrendered(files: Sequence[AppFile], whole: Sequence[FoundPlan], resolved: Resolved) -> list[str]:
    """Why the bundle would not render the plans that were drafted whole."""
    if resolved.state is None:
        by_path = {file.path: file.plans for file in files}
        return [_refused(by_path.get(error.file, ()), error) for error in resolved.errors]
    return [f"{plan}: {difference}" for plan, difference in unlike(whole, resolved.state)]


def _refused(plans: Sequence[FoundPlan], error: Finding) -> str:
    """What the policy language does not let pass, with the plans that it is about."""
    if not plans:
        return str(error)
    others = f" and {len(plans) - 1} more of its targets" if len(plans) > 1 else ""
    return f"{plans[0]}{others}: {error}"


def _notes(drafts: Sequence[tuple[FoundPlan, Draft]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{plan.target}: {note}" for plan, made in drafts for note in made.notes))
