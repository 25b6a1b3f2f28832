"""Bytecode beside the sources below a folder: `python -m backup_apps_local.bytecode FOLDER…`, after `sam build`.

Functions can write none where they run, and would compile all that they import each time they start. It is "unchecked
hash" (PEP 552): the same whenever it is made, and believed without a look at its source.
"""

import sys
from collections.abc import Iterable
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode

from backup_apps_local.launcher import LocalAwsError


def compile_below(folders: Iterable[str | Path]) -> None:
    """Raises LocalAwsError where a source is no Python; the compiler has said which."""
    for folder in folders:
        if not compile_dir(folder, maxlevels=99, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH):
            raise LocalAwsError(f"not all of {folder} could be compiled")


if __name__ == "__main__":
    try:
        compile_below(sys.argv[1:])
    except LocalAwsError as error:
        sys.exit(str(error))
