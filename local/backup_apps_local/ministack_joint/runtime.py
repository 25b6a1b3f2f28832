"""What a Python function finds on AWS: the standard library, the AWS SDK that the runtime brings, its own code and its
layers. MiniStack's workers run in this Python environment and would find everything that is installed in it, so that a
package missing from a layer would be missed on AWS only.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included
"""

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")


def install() -> None:
    sdk = Path(tempfile.mkdtemp(prefix="lambda-sdk-"))
    link_sdk(sdk)
    lambda_runtime._PYTHON_WORKER_SCRIPT = narrowing(sdk) + lambda_runtime._PYTHON_WORKER_SCRIPT
    Layers(Path(tempfile.mkdtemp(prefix="lambda-layers-"))).install()


def link_sdk(folder: Path) -> None:
    """Makes the SDK and what it needs, of this environment, importable from the folder."""
    for name in _SDK:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"the local AWS needs {name}, which its functions find on AWS", name=name)
        found = Path(spec.origin)
        source = found.parent if found.name == "__init__.py" else found
        (folder / source.name).symlink_to(source)


def narrowing(sdk: Path) -> str:
    """Python code that leaves the standard library and the SDK on the search path, as first thing in a worker."""
    return f"""
import sys
sys.path[:] = [p for p in sys.path if p.startswith(sys.base_prefix) and "site-packages" not in p] + [{str(sdk)!r}]
"""


class Layers:
    """Each layer is unpacked, and compiled, once for all workers. MiniStack does so for each of them, and a burst of
    events that starts dozens spent its minutes, and gigabytes, on that."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._unpacking = folder, Lock()

    def install(self) -> None:
        spawn: Callable[[Any], None] = lambda_runtime.Worker._spawn

        def spawn_with_layers(worker: Any) -> None:
            config = worker.config
            worker.config = self.found_by(config)
            try:
                spawn(worker)
            finally:
                worker.config = config

        lambda_runtime.Worker._spawn = spawn_with_layers

    def found_by(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The configuration of a function that finds its layers where they were unpacked."""
        layers = (lambda_svc._resolve_layer_zip(one) for one in config.get("Layers", ()))
        where = os.pathsep.join(str(self.unpacked(one)) for one in layers if one)
        variables = config.get("Environment", {}).get("Variables", {})
        return {**config, "Layers": [], "Environment": {"Variables": {**variables, "_LAMBDA_LAYERS_DIRS": where}}}

    def unpacked(self, layer: bytes) -> Path:
        """Where the zip of a layer lies unpacked."""
        folder = self._folder / hashlib.sha256(layer).hexdigest()[:16]
        with self._unpacking:
            if not folder.exists():
                half = folder.with_suffix(".half")
                with zipfile.ZipFile(io.BytesIO(layer)) as archive:
                    archive.extractall(half)
                half.rename(folder)
        return folder
