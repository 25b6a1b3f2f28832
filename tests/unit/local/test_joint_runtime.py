"""A function on the local AWS finds no more than it finds on AWS."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from backup_apps_local.ministack_joint import runtime
from backup_apps_local.ministack_joint.runtime import Layers, link_sdk, narrowing


@pytest.mark.parametrize(
    ("modules", "found"),
    [("json, sqlite3, boto3, botocore.config", True), ("pydantic", False), ("backup_apps", False), ("click", False)],
)
def test_the_sdk_is_found_and_what_else_is_installed_is_not(tmp_path: Path, modules: str, found: bool) -> None:
    link_sdk(tmp_path)
    done = subprocess.run([sys.executable, "-c", f"{narrowing(tmp_path)}import {modules}"], capture_output=True)
    assert (done.returncode == 0) is found, done.stderr.decode()


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/module.py", text)
    return buffer.getvalue()


def test_all_workers_find_a_layer_unpacked_in_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = {"one:1": zipped("A = 1"), "two:1": zipped("B = 2"), "of-another-region:1": None}
    monkeypatch.setattr(runtime.lambda_svc, "_resolve_layer_zip", published.get)
    layers = Layers(tmp_path)
    config = {"FunctionName": "f", "Environment": {"Variables": {"HUB": "h"}}, "Layers": list(published)}
    found = layers.found_by(config)
    variables = found["Environment"]["Variables"]
    folders = [Path(one) for one in variables["_LAMBDA_LAYERS_DIRS"].split(":")]
    assert [(one / "python/module.py").read_text() for one in folders] == ["A = 1", "B = 2"]
    assert (found["FunctionName"], found["Layers"], variables["HUB"]) == ("f", [], "h")
    assert config["Layers"] == list(published), "MiniStack's own configuration stays as it is"
    assert layers.found_by({"FunctionName": "g", "Layers": ["one:1"]})["Environment"]["Variables"] == {
        "_LAMBDA_LAYERS_DIRS": str(folders[0])
    }
    assert len(list(tmp_path.iterdir())) == 2
