"""`sam build` and `sam deploy`, as a deployment to AWS runs them, aimed at the local AWS."""

import fcntl
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backup_apps_local.bytecode import compile_below
from backup_apps_local.clients import Place, environment
from backup_apps_local.launcher import LocalAwsError
from backup_apps_local.world import HUB

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


@dataclass(frozen=True)
class Sam:
    """The SAM CLI of this Python environment. `root` holds the templates, `state` takes what is built."""

    root: Path
    state: Path
    endpoint: str

    @property
    def built_template(self) -> Path:
        return self.state / "build" / "template.yaml"

    def build(self, parameters: Mapping[str, str]) -> None:
        template, build, cache = self.root / "template.yaml", self.state / "build", self.state / "build-cache"
        options: list[str | Path] = ["--template-file", template, "--build-dir", build]
        options += ["--cached", "--cache-dir", cache, "--parallel"]
        with self._alone():
            self._run("build", HUB, options, parameters)
        compile_below(sorted(build.glob("*Layer")))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Whatever folders it is given, the SAM CLI also keeps dependencies in one of its own below `root`."""
        lock_file = self.root / ".local" / "build.lock"
        lock_file.parent.mkdir(exist_ok=True)
        with lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def deploy(
        self, template: Path, stack: str, place: Place, parameters: Mapping[str, str], bucket: str | None = None
    ) -> None:
        """`bucket` takes the built code; a template without code needs none."""
        options: list[str | Path] = ["--template-file", template, "--stack-name", stack]
        options += ["--capabilities", "CAPABILITY_NAMED_IAM", "--region", place.region]
        options += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
        options += ["--s3-bucket", bucket] if bucket else []
        self._run("deploy", place, options, parameters)

    def _run(self, verb: str, place: Place, options: list[str | Path], parameters: Mapping[str, str]) -> None:
        overrides = [f"{name}={quoted(value)}" for name, value in parameters.items()]
        command = [Path(sys.executable).parent / "sam", verb, "--config-env", "local", *options]
        done = subprocess.run(
            [*command, "--parameter-overrides", *overrides],
            cwd=self.root,
            env=self._environment(place),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        (self.state / f"sam-{verb}-{place.account}-{place.region}.log").write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip().splitlines()[-25:]
            raise LocalAwsError("\n".join([f"sam {verb} failed for {place}:", *said]))

    def _environment(self, place: Place) -> dict[str, str]:
        """Nothing of the developer's AWS settings, no telemetry, no look for a newer SAM CLI, no waiting between polls
        of an answer that is there at once."""
        home = self.state / "sam"
        home.mkdir(parents=True, exist_ok=True)
        (home / "metadata.json").write_text(json.dumps({"telemetryEnabled": False, "lastVersionCheck": time.time()}))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        quiet = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.3", "__SAM_CLI_APP_DIR": str(home)}
        return kept | quiet | environment(self.endpoint, place) | {"PATH": path}


def quoted(value: str) -> str:
    """As the SAM CLI reads values of parameters, which splits at blanks, takes quotes off, and leaves backslashes."""
    if value and not set(value) & {" ", '"', "'"}:
        return value
    escaped = value.replace('"', '\\"')
    return f'"{escaped}"'
