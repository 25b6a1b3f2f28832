"""Archives that nobody should upload: each gets one clear error, and none is unpacked past its bounds."""

import hashlib
import io
import os
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from backup_apps.adapters.bundles import MAX_FILE_BYTES, MAX_FILES, pack_folder, read_archive, read_folder
from backup_apps.domain.places import Finding

APP = b"apiVersion: backup-apps/v1\nkind: BackupApp\nmetadata: {name: acme}\nspec: {}\n"
EXAMPLE = Path(__file__).parents[3] / "examples" / "acme"


def archive(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return buffer.getvalue()


def only_finding(data: bytes) -> Finding:
    bundle = read_archive(data, "v1.zip")
    assert bundle.files == ()
    (finding,) = bundle.findings
    return finding


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(data: bytes) -> bytes:
    """The archive with the encryption bit set in both headers of its one file."""
    marked = bytearray(data)
    marked[data.index(b"PK\x03\x04") + 6] |= 1
    marked[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(marked)


def lying_about_size(data: bytes) -> bytes:
    """The archive with a header that promises ten bytes."""
    lying = bytearray(data)
    lying[data.index(b"PK\x01\x02") + 24 : data.index(b"PK\x01\x02") + 28] = (10).to_bytes(4, "little")
    return bytes(lying)


@pytest.mark.parametrize(
    ("data", "file", "message"),
    [
        (b"not a zip", "v1.zip", "not a .zip that can be read"),
        (b"", "v1.zip", "not a .zip that can be read"),
        (archive([("app.yaml", APP)])[:-30], "v1.zip", "not a .zip that can be read"),
        (archive([("../app.yaml", APP)]), "../app.yaml", "the name leaves the bundle"),
        (archive([("apps/../../app.yaml", APP)]), "apps/../../app.yaml", "the name leaves the bundle"),
        (archive([("/etc/app.yaml", APP)]), "/etc/app.yaml", "the name leaves the bundle"),
        (archive([("c:/app.yaml", APP)]), "c:/app.yaml", "the name leaves the bundle"),
        (archive([(link("app.yaml"), b"/etc/passwd")]), "app.yaml", "a symbolic link"),
        (encrypted(archive([("app.yaml", APP)])), "app.yaml", "the file is encrypted"),
        (archive([("app.yaml", b"a: " + b"x" * (50 << 20))]), "app.yaml", "larger than 1,048,576 bytes"),
        (archive([("data.bin", b"\0" * (100 << 20))]), "data.bin", "larger than 1,048,576 bytes"),
        (archive((f"{i}.yaml", b"") for i in range(MAX_FILES + 1)), "9999.yaml", "more than 20,000 files"),
        (archive((f"{i}.txt", b"x" * MAX_FILE_BYTES) for i in range(65)), "9.txt", "larger than 67,108,864 bytes"),
    ],
    ids=[
        "not-a-zip",
        "empty",
        "cut",
        "zip-slip",
        "zip-slip-inside",
        "absolute",
        "drive",
        "link",
        "encrypted",
        "50-mb-of-yaml",
        "zip-bomb",
        "many-files",
        "large-in-sum",
    ],
)
def test_an_archive_is_refused_with_one_error(data: bytes, file: str, message: str) -> None:
    finding = only_finding(data)

    assert finding.file == file
    assert message in finding.message


def test_a_header_that_lies_about_a_size_gains_nothing() -> None:
    finding = only_finding(lying_about_size(archive([("app.yaml", b"a: " + b"x" * (5 << 20))])))

    assert "larger than" in finding.message or "not a .zip" in finding.message


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_twice_is_refused() -> None:
    assert "twice" in only_finding(archive([("app.yaml", APP), ("app.yaml", APP)])).message


def test_a_packed_folder_reads_like_the_folder() -> None:
    assert read_archive(pack_folder(EXAMPLE)) == read_folder(EXAMPLE)


NAMES = {
    "app.yaml": True,
    "app.yml": True,
    ".yaml": True,
    ".app.yaml": True,
    "apps/.yml": True,
    "yaml": False,
    "app.yaml.orig": False,
    "app.YAML": False,
    ".git/app.yaml": False,
    "apps/.cache/deep/app.yaml": False,
}


def test_folder_and_archive_agree_on_what_a_policy_file_is(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(APP)
    wanted = sorted(name for name, is_read in NAMES.items() if is_read)

    assert [file.path for file in read_folder(tmp_path).files] == wanted
    assert [file.path for file in read_archive(archive((name, APP) for name in NAMES)).files] == wanted


def test_a_file_that_comes_in_pieces_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read may give less than it was asked for: https://man7.org/linux/man-pages/man2/read.2.html"""
    (tmp_path / "app.yaml").write_bytes(APP)
    whole, read = read_folder(tmp_path), os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 7)))

    assert read_folder(tmp_path) == whole


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    for file in sorted(EXAMPLE.rglob("*.yaml"), reverse=True):
        copy = tmp_path / file.relative_to(EXAMPLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config.yaml").write_text("not: policy")
    (tmp_path / "README.md").write_text("not policy either")

    assert pack_folder(tmp_path) == pack_folder(EXAMPLE)


def test_the_digest_of_an_archive_is_that_of_its_files_on_any_machine(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "app.yaml").write_bytes(APP * 100)
    (tmp_path / "apps" / "b.yml").write_bytes(b"")
    digest = hashlib.sha256(pack_folder(tmp_path)).hexdigest()

    assert digest == "dd71b10cc86712286359cabc9eee9ae40a687d25f28937ef1fd5ebbdf6f69120"


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").symlink_to(EXAMPLE / "app.yaml")

    assert [finding.message for finding in read_folder(tmp_path).findings] == [
        "a symbolic link is not a policy file; put the file itself here"
    ]
