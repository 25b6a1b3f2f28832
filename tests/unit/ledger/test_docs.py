"""The program that docs/ledger.md gives to auditors says of a ledger what ours says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .chains import exported
from .keys import KeySigner, another_key

PAGE = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text()
STAND_IN = """#!{python}
import sys
from pathlib import Path
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

key, signature, message = (Path(sys.argv[place]).read_bytes() for place in (4, 6, 7))
load_pem_public_key(key).verify(signature, message, ec.ECDSA(hashes.SHA256()))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "verify.py"
    file.write_text(code)
    return file


@pytest.fixture
def path(tmp_path: Path) -> str:
    """With OpenSSL, or with what stands in for it on a machine that has none."""
    if not shutil.which("openssl"):
        (tmp_path / "openssl").write_text(STAND_IN.format(python=sys.executable))
        (tmp_path / "openssl").chmod(0o755)
    return f"{tmp_path}{os.pathsep}{os.environ['PATH']}"


def verify(program: Path, path: str, text: bytes, key: str) -> subprocess.CompletedProcess[str]:
    ledger, pem = program.with_name("ledger.jsonl"), program.with_name("hub.pem")
    ledger.write_bytes(text)
    pem.write_text(key)
    command = [sys.executable, str(program), str(ledger), str(pem)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False)


def test_a_whole_ledger(program: Path, path: str) -> None:
    signer = KeySigner()
    done = verify(program, path, exported(5, signer), signer.public_key(signer.key))
    assert done.stdout == "whole: 5 entries of acme, signed on 2026-01-01T12:00:00.000+00:00\n", done.stderr


@pytest.mark.parametrize("tamper", ["change", "drop", "reorder", "double", "cut", "cut at a checkpoint", "key"])
def test_a_ledger_that_is_not(program: Path, path: str, tamper: str) -> None:
    signer = KeySigner()
    text, key = exported(5, signer), signer.public_key(signer.key)
    lines = text.splitlines(keepends=True)
    texts = {
        "change": text.replace(b'"number":2', b'"number":7'),
        "drop": b"".join(lines[:2] + lines[3:]),
        "reorder": b"".join([lines[0], lines[2], lines[1], *lines[3:]]),
        "double": b"".join([*lines[:2], lines[1], *lines[2:]]),
        "cut": b"".join(lines[:-1]),
        "cut at a checkpoint": b"".join(lines[:5]),
    }
    done = verify(program, path, texts.get(tamper, text), another_key() if tamper == "key" else key)
    assert done.returncode == 1
    assert "whole" not in done.stdout
