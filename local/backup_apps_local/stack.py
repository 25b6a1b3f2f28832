"""The whole system on one machine: up, down, and where it is. What it keeps is in `.local/` at the repository's root.

server.json   the running server, and fingerprints of the code that it runs and that was deployed to it
status.json   the document of `status`, there once everything is deployed
issuer-*.json the keys of the issuer whose tokens the local hub believes
"""

import fcntl
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from backup_apps_local import launcher, world
from backup_apps_local.clients import Place, client
from backup_apps_local.issuer import issuer_url, trust_policy
from backup_apps_local.launcher import LocalAwsError, Server
from backup_apps_local.sam import ARCHITECTURE, RUNTIME, Sam
from backup_apps_local.world import HUB, MEMBERS

ROOT = Path(__file__).parents[2]
STATE = ROOT / ".local"

HUB_STACK = "backup-apps"
MEMBER_STACK = "backup-apps-member"
EXTERNAL_ID = "local-external-id"
_ARTIFACTS = "backup-apps-local-artifacts"

_SERVER_CODE = ("local",)
_HUB_CODE = ("template.yaml", "samconfig.toml", "functions", "layers", "statemachines")
_MEMBER_CODE = ("member.yaml", "samconfig.toml")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """A server, and fingerprints of the code that it runs and of what was deployed to it; empty for not yet."""

    endpoint: str
    pid: int
    code: str
    hub: str = ""
    members: str = ""

    @property
    def server(self) -> Server:
        return Server(self.endpoint, self.pid)


def up(progress: Progress, state: Path = STATE) -> dict[str, Any]:
    """Starts, furnishes and deploys what is missing or has changed; the document of `status`."""
    say = _timed(progress)
    state.mkdir(parents=True, exist_ok=True)
    with _alone(state):
        run = _running(state, say)
        wanted = replace(run, hub=_fingerprint(_HUB_CODE), members=_fingerprint(_MEMBER_CODE))
        if run == wanted:
            say(f"the local AWS is up at {run.endpoint}, and nothing changed since it was deployed")
            return status(state)
        sam = Sam(ROOT, state, run.endpoint)
        if run.hub != wanted.hub:
            _deploy_hub(sam, say)
        if run.members != wanted.members:
            _deploy_members(sam, say)
        _write(state / "status.json", _describe(run.endpoint))
        _write(state / "server.json", asdict(wanted))
        say(f"the local AWS is up at {run.endpoint}")
        return status(state)


def down(state: Path = STATE) -> bool:
    """Stops the server; what was in it is gone. False where none was running."""
    run = _last_run(state)
    (state / "status.json").unlink(missing_ok=True)
    (state / "server.json").unlink(missing_ok=True)
    if run is None or not run.server.is_up():
        return False
    launcher.stop(run.server)
    return True


def status(state: Path = STATE) -> dict[str, Any]:
    """`{"endpoint","hub":{"account","region","stack","outputs"},"members":[{"account","region"}]}`; LocalAwsError where
    it is not up. Costs one request to this machine."""
    run, document = _last_run(state), state / "status.json"
    if run is None or not document.exists() or not run.server.is_up():
        raise LocalAwsError("the local AWS is not up; start it with: backup-apps local up")
    return dict(json.loads(document.read_text()))


def _running(state: Path, say: Progress) -> Run:
    code, run = _fingerprint(_SERVER_CODE), _last_run(state)
    if run is not None and run.server.is_up():
        if run.code == code:
            return run
        say("the local AWS itself changed: starting it anew, empty")
    down(state)
    say("starting the local AWS")
    server = launcher.start(state)
    run = Run(server.endpoint, server.pid, code)
    _write(state / "server.json", asdict(run))
    return run


def _deploy_hub(sam: Sam, say: Progress) -> None:
    say("sam build, while the member accounts get roles and keys of their own")
    with ThreadPoolExecutor() as pool:
        furnished = pool.submit(world.furnish, sam.endpoint)
        sam.build(_hub_parameters(sam.endpoint))
        furnished.result()
    say(f"sam deploy: the hub, to {HUB}")
    _make_bucket(sam.endpoint)
    sam.deploy(sam.built_template, HUB_STACK, HUB, _hub_parameters(sam.endpoint), bucket=_ARTIFACTS)


def _deploy_members(sam: Sam, say: Progress) -> None:
    parameters = _member_parameters(_outputs(sam.endpoint))

    def deploy(place: Place) -> None:
        sam.deploy(sam.root / "member.yaml", MEMBER_STACK, place, parameters)

    with ThreadPoolExecutor() as pool:
        for places in _home_region_first():
            say(f"sam deploy: members {', '.join(map(str, places))}")
            list(pool.map(deploy, places))


def _home_region_first() -> Iterator[tuple[Place, ...]]:
    """The home region makes the roles that the rule of every other region names."""
    yield tuple(place for place in MEMBERS if place.region == world.HOME_REGION)
    yield tuple(place for place in MEMBERS if place.region != world.HOME_REGION)


def _hub_parameters(endpoint: str) -> dict[str, str]:
    return {
        "MemberAccounts": ",".join(world.MEMBER_ACCOUNTS),
        "MemberExternalId": EXTERNAL_ID,
        "TrustPolicy": json.dumps(trust_policy(endpoint)),
        "ApprovalPolicy": json.dumps(_approval_policy(endpoint)),
        "PythonRuntime": RUNTIME,
        "Architecture": ARCHITECTURE,
    }


def _approval_policy(endpoint: str) -> dict[str, Any]:
    """Alice is behind the pipeline of this machine."""
    alice = {"issuer": issuer_url(endpoint), "actor": "you", "user": "alice"}
    return {"approverRoles": [f"arn:aws:iam::{HUB.account}:role{world.APPROVER_ROLE}"], "actors": [alice]}


def _member_parameters(outputs: dict[str, str]) -> dict[str, str]:
    return {
        "HubAccount": HUB.account,
        "HubBusArn": outputs["EventBus"],
        "HomeRegion": world.HOME_REGION,
        "ExternalId": EXTERNAL_ID,
    }


def _make_bucket(endpoint: str) -> None:
    s3 = client(endpoint, "s3", HUB)
    if _ARTIFACTS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=_ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": HUB.region})


def _outputs(endpoint: str) -> dict[str, str]:
    (stack,) = client(endpoint, "cloudformation", HUB).describe_stacks(StackName=HUB_STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _describe(endpoint: str) -> dict[str, Any]:
    hub = {**asdict(HUB), "stack": HUB_STACK, "outputs": _outputs(endpoint)}
    return {"endpoint": endpoint, "hub": hub, "members": [asdict(place) for place in MEMBERS]}


def _last_run(state: Path) -> Run | None:
    """None where there was none; an earlier version of this code may have written more, or less."""
    file = state / "server.json"
    if not file.exists():
        return None
    written = json.loads(file.read_text())
    return Run(**{field.name: written.get(field.name, "") for field in fields(Run)})


def _write(file: Path, document: dict[str, Any]) -> None:
    file.write_text(json.dumps(document, indent=2) + "\n")


def _fingerprint(names: tuple[str, ...]) -> str:
    """Of the content of these files and folders, without what Python compiles."""
    digest = hashlib.sha256()
    for name in names:
        top = ROOT / name
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _timed(progress: Progress) -> Progress:
    start = time.monotonic()
    return lambda text: progress(f"{time.monotonic() - start:6.1f} s  {text}")


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Two of these at once would deploy over each other."""
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
