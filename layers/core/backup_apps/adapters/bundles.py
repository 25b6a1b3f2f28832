"""Bundles at rest: a folder in source control, or the archive that a pipeline uploads.

An archive may come from anybody who can write to the policy bucket, so nothing in it is trusted: not its sizes, not its
names, not that it is an archive.
"""

import gc
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from backup_apps.adapters.yaml_documents import read_documents
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.nodes import File
from backup_apps.domain.places import Finding
from backup_apps.domain.resolution import Resolution, resolve

MAX_FILES = 20_000
MAX_FILE_BYTES = 1 << 20
MAX_BUNDLE_BYTES = 64 << 20

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READ_AT_ONCE = 1 << 16
_ENDINGS = (".yaml", ".yml")


class Bundle(NamedTuple):
    """The policy files of a bundle as nodes, and what was wrong with reading them."""

    files: tuple[File, ...]
    findings: tuple[Finding, ...]


class _Limits:
    """Counts what was read so far; says when it is too much."""

    def __init__(self) -> None:
        self.files = 0
        self.total = 0

    def refusal(self, size: int) -> str | None:
        self.files += 1
        self.total += size
        if size > MAX_FILE_BYTES:
            return f"the file is larger than {MAX_FILE_BYTES:,} bytes; split it into several apps"
        if self.total > MAX_BUNDLE_BYTES:
            return f"the bundle is larger than {MAX_BUNDLE_BYTES:,} bytes unpacked"
        return f"the bundle has more than {MAX_FILES:,} files" if self.files > MAX_FILES else None


def read_folder(folder: Path) -> Bundle:
    """The bundle in a folder. Raises OSError where the folder cannot be read."""
    limits = _Limits()
    contents: list[tuple[str, bytes]] = []
    findings: list[Finding] = []
    for name, entry in _policy_files(folder):
        if entry.is_symlink():
            findings.append(_about(name, "a symbolic link is not a policy file; put the file itself here"))
            continue
        refusal = limits.refusal(entry.stat().st_size)
        if refusal:
            return Bundle((), (_about(name, refusal),))
        contents.append((name, _contents(entry)))
    return _read(contents, findings)


def _contents(entry: os.DirEntry[str]) -> bytes:
    """Without a file object, which would take half of the time for thousands of small files."""
    descriptor = os.open(entry.path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(descriptor, _READ_AT_ONCE), b""))
    finally:
        os.close(descriptor)


def read_archive(data: bytes, name: str = "bundle.zip") -> Bundle:
    """The bundle in a .zip; `name` is what errors of the archive as a whole are about."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(*_unpack(archive))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        return Bundle((), (_about(name, f"not a .zip that can be read ({error}); pack the bundle's folder again"),))


def texts_of(data: bytes) -> dict[str, str]:
    """The policy files of an archive that was admitted, by path, as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: body.decode() for name, body in _unpack(archive)[0]}


def read_texts(texts: Mapping[str, str]) -> Bundle:
    """The bundle in files whose text is at hand."""
    return _read(((path, text.encode()) for path, text in sorted(texts.items())), ())


def resolve_bundle(read: Callable[[], Bundle], catalog: Catalog) -> Resolution:
    """Read and resolve."""
    with collector_at_rest():
        bundle = read()
        return resolve(bundle.files, bundle.findings, catalog)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Without collecting cycles: a large bundle is a million objects, all of them alive."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()  # or the first collection would walk all of it
            gc.enable()


def pack_folder(folder: Path) -> bytes:
    """The bundle of a folder as an archive: the same files give the same bytes, and so the same digest, on any machine.

    So nothing is compressed: what deflate makes of a file depends on the zlib at hand.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, entry in _policy_files(folder):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = 0o644 << 16
            archive.writestr(info, Path(entry).read_bytes())
    return buffer.getvalue()


def _policy_files(folder: Path) -> list[tuple[str, os.DirEntry[str]]]:
    """*.yaml and *.yml outside dot-folders, by their names in the bundle."""
    found: list[tuple[str, os.DirEntry[str]]] = []
    folders = [(str(folder), "")]
    while folders:
        path, prefix = folders.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        folders.append((entry.path, f"{prefix}{entry.name}/"))
                elif _is_policy_file(prefix + entry.name) and not entry.is_dir():
                    found.append((prefix + entry.name, entry))
    return sorted(found, key=lambda one: one[0])


def _is_policy_file(name: str) -> bool:
    """Of a folder and of an archive alike."""
    *folders, file = name.split("/")
    return file.endswith(_ENDINGS) and not any(folder.startswith(".") for folder in folders)


def _unpack(archive: zipfile.ZipFile) -> tuple[list[tuple[str, bytes]], list[Finding]]:
    contents: dict[str, bytes] = {}
    limits = _Limits()
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        refusal = _refuse_entry(info, contents)
        data = b"" if refusal or info.is_dir() else _inflate(archive, info)
        refusal = refusal or limits.refusal(len(data))
        if refusal:
            return [], [_about(info.filename, refusal)]
        if _is_policy_file(info.filename):
            contents[info.filename] = data
    return list(contents.items()), []


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """At most one byte more than a file may have, whatever its header promises."""
    with archive.open(info) as file:
        return file.read(MAX_FILE_BYTES + 1)


def _refuse_entry(info: zipfile.ZipInfo, known: dict[str, bytes]) -> str | None:
    name = info.filename
    if name.startswith("/") or "\\" in name or ":" in name.split("/")[0] or ".." in name.split("/"):
        return "the name leaves the bundle; pack the bundle's folder again"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link is not a policy file; put the file itself there"
    if info.flag_bits & 0x1:
        return "the file is encrypted; pack the bundle without a password"
    return "the file stands twice in the archive" if name in known else None


def _read(contents: Iterable[tuple[str, bytes]], findings: Iterable[Finding]) -> Bundle:
    files: list[File] = []
    found = list(findings)
    for name, data in contents:
        file, problems = read_documents(name, data)
        files.append(file)
        found += problems
    return Bundle(tuple(files), tuple(found))


def _about(file: str, message: str) -> Finding:
    """A finding about a file as a whole: at its first character, where an editor opens it."""
    return Finding(file, 1, 1, "", message)
