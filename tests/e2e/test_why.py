"""`backup-apps why` against a hub: what protects a table, and what keeps a bucket and a volume from being protected."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .conftest import LocalAws
from .shop import Shop
from .why import why

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]
MEMBER, OTHER = MEMBER_ACCOUNTS


@pytest.fixture(scope="module")
def shop(local_aws: LocalAws) -> Iterator[Shop]:
    shop = Shop(local_aws)
    shop.back_up()
    yield shop
    shop.retire()


def asked(shop: Shop, name: str, *more: str) -> dict[str, Any]:
    result = why(shop.aws, name, *more, "--output", "json")
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_the_chain_of_a_table_that_is_protected(shop: Shop) -> None:
    answer = asked(shop, shop.table_arn)
    assert answer["protected"], answer["checks"]
    chain = answer["lineage"]
    assert (chain["bundle"], chain["account"], chain["region"]) == (shop.name, MEMBER, HOME_REGION)
    delete = next(one for one in chain["policy"] if one["path"].endswith("nightly.retention.delete"))
    assert (delete["file"], delete["value"]) == ("app.yaml", "35d")
    assert chain["commit"]["provenance"]["issuer"]
    assert chain["plan"]["name"] == f"{shop.name}-daily"
    assert chain["point"]["arn"] == shop.points()["DynamoDB"]
    assert chain["job"]["state"] == "COMPLETED"
    assert chain["point"]["deleted"] > chain["point"]["created"]
    text = why(shop.aws, chain["point"]["arn"]).stdout
    assert "app.yaml:" in text
    assert f"{shop.name}-daily, version " in text
    assert asked(shop, chain["job"]["id"])["lineage"]["point"]["arn"] == chain["point"]["arn"]


def test_a_bucket_without_versions_is_protected_by_the_command_that_is_printed(shop: Shop) -> None:
    arn = f"arn:aws:s3:::{shop.bucket}"
    answer = asked(shop, arn, "--target", f"{MEMBER}/{HOME_REGION}")
    assert (answer["protected"], answer["failed"]) == (False, "versioning")
    (command,) = answer["edit"]["commands"]
    words = shlex.split(command)
    assert words[:3] == ["aws", "s3api", "put-bucket-versioning"]
    shop.s3.put_bucket_versioning(Bucket=words[4], VersioningConfiguration={"Status": "Enabled"})
    assert asked(shop, arn, "--target", f"{MEMBER}/{HOME_REGION}")["protected"]


def test_of_the_past_nothing_is_judged(shop: Shop) -> None:
    answer = asked(shop, shop.table_arn, "--at", "2026-01-01")
    assert (answer["protected"], answer["checks"], answer["lineage"].get("commit")) == (None, [], None)


def test_what_is_nothing_is_an_error(shop: Shop) -> None:
    result = why(shop.aws, "orders table")
    assert (result.returncode, result.stdout) == (1, "")
    assert "is neither an ARN nor the id of a job" in result.stderr
    nowhere = why(shop.aws, f"arn:aws:backup:{HOME_REGION}:{OTHER}:recovery-point:none")
    assert nowhere.returncode == 1
    assert "there is no recovery point" in nowhere.stderr
