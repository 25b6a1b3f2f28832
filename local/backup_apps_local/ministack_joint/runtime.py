"""What a Python function finds on AWS: the standard library, the AWS SDK that the runtime brings, its own code and its
layers. MiniStack's workers run in this Python environment and would find everything that is installed in it, so that a
package missing from a layer would be missed on AWS only.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included
"""

import tempfile
from importlib.util import find_spec
from pathlib import Path

from ministack.core import lambda_runtime

_SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")


def install() -> None:
    sdk = Path(tempfile.mkdtemp(prefix="lambda-sdk-"))
    link_sdk(sdk)
    lambda_runtime._PYTHON_WORKER_SCRIPT = narrowing(sdk) + lambda_runtime._PYTHON_WORKER_SCRIPT


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
