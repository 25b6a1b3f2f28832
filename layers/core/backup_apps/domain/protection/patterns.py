"""Whether everything that one pattern takes in, another takes in too: said only where it is sure."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

Covers = Callable[[str, str], bool]


def covers_arn(wide: str, narrow: str) -> bool:
    """Of two ARN patterns of a selection, whether `wide` takes in every resource of `narrow`.

    `*` alone takes in only what its region has opted in, while a pattern that names a type of resource overrides the
    opt-in: so it covers nothing but itself.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
    """
    if wide == narrow:
        return True
    return wide != "*" and _arn_expression(wide).fullmatch(narrow) is not None


def covers_text(wide: str, narrow: str) -> bool:
    """Of two patterns of a guardrail (`*` is any text). The wildcards of `narrow` are taken as they stand: only a
    wildcard of `wide` matches them. Patterns with `?` or `[` cover only themselves."""
    if wide == narrow:
        return True
    if any(sign in wide + narrow for sign in "?["):
        return False
    return re.fullmatch(".*".join(map(re.escape, wide.split("*"))), narrow, re.DOTALL) is not None


def covers_all(wide: Iterable[str], narrow: Iterable[str], covers: Covers) -> bool:
    """Whether each of the narrow patterns is covered by one of the wide ones."""
    wide = tuple(wide)
    return all(any(covers(one, each) for one in wide) for each in narrow)


@lru_cache(maxsize=1024)
def _arn_expression(pattern: str) -> re.Pattern[str]:
    """Only a `*` at the end runs over colons."""
    body, last = (pattern[:-1], ".*") if pattern.endswith("*") else (pattern, "")
    return re.compile("[^:]*".join(map(re.escape, body.split("*"))) + last, re.DOTALL)
