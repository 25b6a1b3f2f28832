"""Values of AWS as the policy language writes them."""

from typing import Any

from backup_apps.domain.desired import Target

_YEAR = 365


def days(number: int) -> str:
    """`35d`, and `7y` where it is whole years."""
    return f"{number // _YEAR}y" if number and number % _YEAR == 0 else f"{number}d"


def minutes(number: int) -> str:
    """`8h`, `90m`."""
    return f"{number // 60}h" if number % 60 == 0 else f"{number}m"


def literal(value: Any) -> Any:
    """A value in which nothing is a variable."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {key: literal(item) for key, item in value.items()}
    return [literal(item) for item in value] if isinstance(value, list | tuple) else value


def portable(arn: str, target: Target) -> str:
    """An ARN that names the target's account and region by variables, so that it holds on every target."""
    parts = literal(arn).split(":", 5)
    if len(parts) > 5:
        parts[3] = "${region}" if parts[3] == target.region else parts[3]
        parts[4] = "${account}" if parts[4] == target.account else parts[4]
    return ":".join(parts)
