"""Resources as the tagging API tells of them."""

from collections.abc import Mapping
from typing import NamedTuple


class Tagged(NamedTuple):
    """One that has or had a tag."""

    kind: str
    """Its type, as AWS Backup calls it."""
    arn: str
    tags: Mapping[str, str]
