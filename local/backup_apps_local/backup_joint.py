"""AWS Backup among the other services of one AWS endpoint: it finds their resources, and keeps their data there."""

from typing import Any

from backup_apps_local.backup.surroundings import Surroundings
from backup_apps_local.backup_joint_data import AwsData
from backup_apps_local.backup_joint_resources import AwsResources
from backup_apps_local.clients import Place, client


def surroundings(endpoint: str) -> Surroundings:
    """The endpoint is not called before there is something to do."""

    def connect(service: str, account: str, region: str) -> Any:
        return client(endpoint, service, Place(account, region))

    return Surroundings(resources=AwsResources(connect), data=AwsData(connect))
