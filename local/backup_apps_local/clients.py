"""boto3 clients for any account and region of the local AWS, as the root of that account: on it, a 12-digit access key
id is the account. Nothing of the developer's own AWS settings is read."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backup_apps_local.world import Place

SECRET = "local"  # not a secret: the local AWS has one for all accounts


@lru_cache(maxsize=1)
def _session() -> Any:
    import boto3  # costs half a second, so only where a client is wanted

    return boto3.session.Session(aws_access_key_id="0", aws_secret_access_key=SECRET, region_name="eu-west-1")


def client(endpoint: str, service: str, place: "Place") -> Any:
    from botocore.config import Config

    return _session().client(
        service,
        endpoint_url=endpoint,
        region_name=place.region,
        aws_access_key_id=place.account,
        aws_secret_access_key=SECRET,
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}, parameter_validation=True),
    )


def environment(endpoint: str, place: "Place") -> dict[str, str]:
    """The AWS settings of a command that must reach the local AWS and no other."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": place.account,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
