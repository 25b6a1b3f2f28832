"""Settings of the deployment that are too large for a function's environment: SSM parameters."""

from typing import Any

from backup_apps.adapters.aws_errors import translated


@translated()
def setting(ssm: Any, name: str) -> str:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html"""
    return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
