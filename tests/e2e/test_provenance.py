"""Only approved pipelines write: whatever else is tried is refused with its reason, recorded and told, and changes
nothing. The issuer is the local one; its keys, and what it signs, are real."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jwt
import pytest

from backup_apps.domain.commits import Version
from backup_apps.domain.provenance.attestation import attestation_of, binding_of
from backup_apps_local.issuer import LocalIssuer, make_key, rotate_key
from backup_apps_local.uploads import Uploads
from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .bundles import new_version, small_spec, written
from .conftest import STATE, LocalAws
from .eventbridge import PAGE, deliver, executions, upload_in_silence

BUNDLE = "signed"
ARCHIVE = written(BUNDLE, small_spec(BUNDLE))
PARAMETER = "/backup-apps/trust-policy"


class Attempt(NamedTuple):
    """A commit as it should not be made, and words of the reason why it is refused."""

    make: Callable[[LocalAws, Version], None]
    words: str


def signed(version_of: Callable[[Version], Version] = lambda version: version, **claims: Any) -> Any:
    """The attestation and then the zip, with these claims, or for another version."""

    def make(aws: LocalAws, version: Version) -> None:
        token = aws.uploads.token(version_of(version), ARCHIVE, **claims)
        attested(token)(aws, version)

    return make


def attested(token: str | bytes) -> Any:
    def make(aws: LocalAws, version: Version) -> None:
        aws.uploads.attest(version, token if isinstance(token, bytes) else attestation_of(token))
        aws.uploads.unsigned(version, ARCHIVE)

    return make


def unsigned(aws: LocalAws, version: Version) -> None:
    aws.uploads.unsigned(version, ARCHIVE)


def attested_afterwards(aws: LocalAws, version: Version) -> None:
    """The event of the zip comes when its attestation is there: a second too late."""
    aws.uploads.unsigned(version, ARCHIVE)
    time.sleep(1.1)
    aws.uploads.attest(version, attestation_of(aws.uploads.token(version, ARCHIVE)))


def of_another_hub(aws: LocalAws, version: Version) -> None:
    token = aws.uploads.issuer.mint(binding_of("other", version, ARCHIVE).audience)
    attested(token)(aws, version)


def of_other_bytes(aws: LocalAws, version: Version) -> None:
    token = aws.uploads.token(version, ARCHIVE + b"\0")
    attested(token)(aws, version)


def by_nobody(aws: LocalAws, version: Version) -> None:
    claims = jwt.decode(aws.uploads.token(version, ARCHIVE), options={"verify_signature": False})
    attested(jwt.encode(claims, None, algorithm="none", headers={"kid": "x"}))(aws, version)


def by_another_key(aws: LocalAws, version: Version) -> None:
    """The issuer's name, and a key that it does not publish."""
    elsewhere = STATE / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    make_key(elsewhere)
    token = Uploads(LocalIssuer(aws.endpoint, elsewhere), aws.outputs).token(version, ARCHIVE)
    attested(token)(aws, version)


NOW = int(time.time())
ATTEMPTS = {
    "unsigned": Attempt(unsigned, "unsigned: there was no attestation at bundles/signed/"),
    "attested-too-late": Attempt(attested_afterwards, "unsigned: there was no attestation"),
    "other-hub": Attempt(of_another_hub, "the token is for hub 'other', not 'backup-apps'"),
    "other-bundle": Attempt(signed(lambda one: one._replace(bundle="other")), "the token is for bundle 'other'"),
    "other-version": Attempt(signed(lambda one: one._replace(version="0")), "the token is for version '0'"),
    "other-bytes": Attempt(of_other_bytes, "the token is for digest"),
    "expired": Attempt(signed(iat=NOW - 900, exp=NOW - 600), "the token expired at"),
    "from-the-future": Attempt(signed(iat=NOW + 7200, exp=NOW + 9000), "more than 60 s after the upload"),
    "no-algorithm": Attempt(by_nobody, "the token's algorithm is 'none'"),
    "unknown-key": Attempt(by_another_key, "/_backup_apps/issuer does not publish"),
    "other-issuer": Attempt(signed(iss="https://token.example"), "the token's issuer is 'https://token.example'"),
    "other-repository": Attempt(signed(repository="evil/backup"), "its claim repository is 'evil/backup'"),
    "other-branch": Attempt(signed(ref="refs/heads/dev"), "its claim ref is 'refs/heads/dev'"),
    "garbage": Attempt(attested(b"garbage"), "not an attestation"),
    "deep": Attempt(attested(b"[" * 60_000), "not an attestation"),
    "huge": Attempt(attested(b" " * 100_000), "the attestation is larger than 64 KB"),
}


class Made(NamedTuple):
    """All attempts, one after the other, and what there was before."""

    aws: LocalAws
    versions: dict[str, Version]
    last_call: int
    last_decision: int
    executions: int


@pytest.fixture(scope="module")
def made(local_aws: LocalAws) -> Made:
    versions = {name: Version(BUNDLE, new_version()) for name in ATTEMPTS}
    local_aws.rest()
    found = Made(local_aws, versions, local_aws.last_call(), local_aws.last_decision(), len(executions(local_aws)))
    for name, attempt in ATTEMPTS.items():
        attempt.make(local_aws, versions[name])
        local_aws.wait(*versions[name])
    return found


@pytest.mark.parametrize("name", ATTEMPTS)
def test_it_is_refused_recorded_and_told(made: Made, name: str) -> None:
    bundle, version = made.versions[name]
    assert made.aws.status(bundle, version) == {
        "bundle": bundle,
        "version": version,
        "state": "rejected",
        "targets": [],
    }
    kept = made.aws.client("s3").get_object(
        Bucket=made.aws.outputs["StateBucket"], Key=f"changes/{bundle}/{version}/errors.json"
    )
    (error,) = json.loads(kept["Body"].read())["errors"]
    assert error["file"] == f"{version}.zip.attestation.json"
    assert ATTEMPTS[name].words in error["message"]
    subject = f"{bundle} {version} rejected"
    (alert,) = [one for one in made.aws.inbox.messages() if one["Subject"].startswith(subject)]
    assert json.loads(alert["Message"])["errors"] == [error]


def test_nothing_of_it_is_planned_or_asked(made: Made) -> None:
    assert made.aws.calls(made.last_call) == []
    assert len(executions(made.aws)) == made.executions
    decided = made.aws.decisions(made.last_decision)
    assert {one["role"] for one in decided} - {PAGE} == {"backup-apps-admit-bundle"}
    assert {one["action"] for one in decided}.isdisjoint({"states:StartExecution", "sts:AssumeRole"})
    assert [one for one in decided if not one["allowed"]] == []


def test_a_good_one_goes_through_after_them(made: Made) -> None:
    assert made.aws.push(BUNDLE, new_version(), ARCHIVE)["state"] == "synced"


def test_a_token_serves_one_version(local_aws: LocalAws) -> None:
    """One that came to its upload is worth nothing for the next, even where an issuer gives its number twice."""
    first, second = (Version(BUNDLE, new_version()) for _ in range(2))
    local_aws.uploads.signed(first, ARCHIVE, jti="one-for-all")
    assert local_aws.wait(*first)["state"] == "synced"
    local_aws.uploads.signed(second, ARCHIVE, jti="one-for-all")
    assert local_aws.wait(*second)["state"] == "rejected"
    assert "the token 'one-for-all' was used for another upload" in told(local_aws, second)


def test_a_rotated_key_is_believed(local_aws: LocalAws) -> None:
    assert local_aws.push(BUNDLE, new_version(), ARCHIVE)["state"] == "synced"
    rotate_key(STATE)
    time.sleep(10)  # so long a copy of the keys counts as just fetched
    assert local_aws.push(BUNDLE, new_version(), ARCHIVE)["state"] == "synced"


def test_a_commit_counts_when_it_was_made_not_when_it_is_looked_at(local_aws: LocalAws) -> None:
    version = new_version()
    upload_in_silence(local_aws, BUNDLE, version, ARCHIVE)
    time.sleep(1.1)  # S3 counts in seconds
    local_aws.uploads.attest(Version(BUNDLE, version), b"overwritten since")
    assert deliver(local_aws, BUNDLE, version)["state"] == "planned"
    assert local_aws.wait(BUNDLE, version)["state"] == "synced"


# ---------------------------------------------------------------- what a pipeline may change


TEAM = {"repository": "local/team"}


def test_a_pipeline_changes_what_it_was_granted(local_aws: LocalAws) -> None:
    status = commit(local_aws, "team-a", small_spec("team-a"), **TEAM)
    assert status["state"] == "synced"


def test_a_pipeline_commits_no_bundle_of_others(local_aws: LocalAws) -> None:
    assert commit(local_aws, BUNDLE, small_spec(BUNDLE), **TEAM)["state"] == "rejected"


def test_a_pipeline_changes_nothing_that_it_was_not_granted(local_aws: LocalAws) -> None:
    """A target that is touched is not synced, and says what of it; nothing is written anywhere in it."""
    spec = small_spec("shared-vault", MEMBER_ACCOUNTS[:1])
    since = local_aws.last_call()
    status = commit(local_aws, "team-b", spec, **TEAM)
    assert status["state"] == "failed"
    (target,) = status["targets"]
    assert "the trust policy does not let repo:local/backup:ref:refs/heads/main" in target["error"]
    assert "vault shared-vault" in target["error"]
    assert [call for call in local_aws.calls(since) if call["is_write"]] == []


def commit(aws: LocalAws, bundle: str, spec: Any, **claims: Any) -> dict[str, Any]:
    version = Version(bundle, new_version())
    aws.uploads.signed(version, written(bundle, spec), **claims)
    return aws.wait(*version)


# ---------------------------------------------------------------- the trust policy of the deployment


@pytest.fixture
def trust_policy(local_aws: LocalAws) -> Iterator[Callable[[str], None]]:
    """Sets another trust policy for a while."""
    ssm = local_aws.client("ssm", region=HOME_REGION)
    before = ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]

    def put(text: str) -> None:
        ssm.put_parameter(Name=PARAMETER, Value=text, Type="String", Overwrite=True)

    yield put
    put(before)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"issuers": []}', "this hub has no trust policy, so no pipeline is approved"),
        ('{"issuers": [{"issuer": "http://issuer.example", "rules": []}]}', "issuers[0].issuer: write an https URL"),
        ("{", "the hub's trust policy is wrong: not JSON"),
    ],
    ids=["none", "wrong", "no-json"],
)
def test_without_a_good_trust_policy_nobody_is_approved(
    local_aws: LocalAws, trust_policy: Callable[[str], None], text: str, words: str
) -> None:
    trust_policy(text)
    version = Version(BUNDLE, new_version())
    local_aws.uploads.signed(version, ARCHIVE)
    assert local_aws.wait(*version)["state"] == "rejected"
    assert words in told(local_aws, version)


def test_an_issuer_that_does_not_answer_decides_nothing(
    local_aws: LocalAws, trust_policy: Callable[[str], None]
) -> None:
    """The function fails and is tried again: the commit is neither admitted nor rejected."""
    policy = json.loads(local_aws.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])
    policy["issuers"][0]["jwks"] = f"{local_aws.endpoint}/_backup_apps/issuer/nothing"
    version = new_version()
    upload_in_silence(local_aws, BUNDLE, version, ARCHIVE)
    before = local_aws.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    trust_policy(json.dumps(policy))
    answer = deliver(local_aws, BUNDLE, version)
    assert answer["errorType"] == "UnavailableError"
    assert "the answer is HTTP status 404" in answer["errorMessage"]
    trust_policy(before)
    assert deliver(local_aws, BUNDLE, version)["state"] == "planned"
    assert local_aws.wait(BUNDLE, version)["state"] == "synced"


def told(aws: LocalAws, version: Version) -> str:
    return aws.inbox.wait_for(f"{version.bundle} {version.version} rejected", timeout=60)
