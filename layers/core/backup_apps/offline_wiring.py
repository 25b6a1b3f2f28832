"""What needs no AWS, wired: bundles, documents and ledgers as files of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backup_apps.wiring import catalog

if TYPE_CHECKING:
    from backup_apps.adapters.bundles import Bundle
    from backup_apps.adapters.ledger_signatures import PublicKey as PublicKey
    from backup_apps.adapters.ledger_signatures import SignatureCheck
    from backup_apps.domain.catalog import Organization
    from backup_apps.domain.ledger.lines import LedgerFile
    from backup_apps.domain.page.facts import Facts
    from backup_apps.domain.page.html import Page
    from backup_apps.domain.places import Finding
    from backup_apps.domain.policy import Written
    from backup_apps.domain.resolution import Resolution
    from backup_apps.ports.bundles import PolicySource

WrittenFile = TypeVar("WrittenFile", bound="Written")

# Imports inside functions, as in `wiring`: a command loads what it uses.


def resolve_source(source: Path, organization: Organization | None = None) -> Resolution:
    """The bundle in a folder, or in a .zip of one, resolved offline. Raises OSError where it cannot be read."""
    from backup_apps.adapters.bundles import read_archive, read_folder, resolve_bundle

    def read() -> Bundle:
        return read_folder(source) if source.is_dir() else read_archive(source.read_bytes(), source.name)

    return resolve_bundle(read, catalog(organization))


def resolve_archive(archive: bytes, organization: Organization | None, today: date) -> Resolution:
    """The bundle in a zip, as it resolved on that day: waivers expire."""
    from backup_apps.adapters.bundles import read_archive, resolve_bundle

    return resolve_bundle(lambda: read_archive(archive), catalog(organization).model_copy(update={"today": today}))


def policy_source(archive: bytes, organization: Organization | None, today: date) -> PolicySource:
    """The files of a version, to be edited; they resolve as on that day."""
    from backup_apps.adapters.bundles import texts_of
    from backup_apps.adapters.yaml_edits import PolicyTexts

    return PolicyTexts(texts_of(archive), catalog(organization).model_copy(update={"today": today}))


def resolve_documents(documents: Mapping[str, Mapping[str, Any]]) -> Resolution:
    """A bundle that is not written yet, resolved as if it were."""
    from backup_apps.adapters.bundle_writing import bundle_of
    from backup_apps.domain.resolution import resolve

    bundle = bundle_of(documents)
    return resolve(bundle.files, bundle.findings, catalog())


def read_written(file: Path, model: type[WrittenFile]) -> WrittenFile | tuple[Finding, ...]:
    """A file that somebody wrote beside a bundle, or what is wrong with it. Raises OSError where it can't be read."""
    from backup_apps.adapters import written_files

    return written_files.read_written(file, model)


def as_yaml(document: Any) -> str:
    """A JSON document as YAML."""
    from backup_apps.adapters.bundle_writing import yaml_of

    return yaml_of(document)


def archive_of(source: Path) -> bytes:
    """What is uploaded of a bundle: its folder packed, or its .zip as it is."""
    from backup_apps.adapters.bundles import pack_folder

    return pack_folder(source) if source.is_dir() else source.read_bytes()


def write_bundle(folder: Path, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises OSError where it cannot be written, FileExistsError where one of its files is there already."""
    from backup_apps.adapters.bundle_writing import write_folder

    write_folder(folder, documents)


def public_key_of(pem: bytes) -> PublicKey:
    """Raises ValueError for what is no public key of a hub."""
    from backup_apps.adapters.ledger_signatures import read_public_key

    return read_public_key(pem)


def signature_check(file: LedgerFile, given: Sequence[PublicKey]) -> SignatureCheck:
    """Of the checkpoints in a file, with the keys that were given, or else with its own."""
    from backup_apps.adapters.ledger_signatures import SignatureCheck

    return SignatureCheck(file, given)


def shown(facts: Facts) -> Page:
    """The page that shows them."""
    from backup_apps.domain.page.html import shown_page
    from backup_apps.wiring import page_parts

    return shown_page(facts, page_parts())
