"""Who restores to verify: the hub, or AWS restore testing.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from collections.abc import Mapping
from typing import Any

AWS = "aws"
START_HOURS = 8
"""AWS starts each restore at a random moment within them, and gives up on it after."""
VALIDATION_HOURS = 24
"""As long as what is restored waits for our answer: a hub that is down for a night still gives it."""


def is_by_aws(verification: Mapping[str, Any]) -> bool:
    """By what is kept of a leaf's verification."""
    return verification.get("engine") == AWS
