"""The scalars of the policy language: what may be written, and what it means.

Each reader takes what stands in the file and returns its meaning, or raises ValueError saying what would be right.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from backup_apps.domain.cron import parse as parse_cron

Never = Literal["never"]

_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 7 * 1440, "y": 365 * 1440}
_DURATION = re.compile(r"([0-9]{1,9})([a-zA-Z]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})")
_END_OF_DAY = time(23, 59, 59, tzinfo=UTC)
_MOMENT_EXAMPLE = "2027-03-31T18:00:00Z"


def _text(value: object, example: str) -> str:
    if isinstance(value, str):
        return str(value)
    raise ValueError(f'must be text such as {example}, not {shown(value)}; quote it: "{shown(value)}"')


def shown(value: object) -> str:
    """A value as it stands in YAML, for messages."""
    words: dict[object, str] = {None: "null"}
    if isinstance(value, bool):
        return "true" if value else "false"
    return words[value] if value is None else repr(value) if isinstance(value, str) else str(value)


def _duration(value: object, units: str, example: str) -> int:
    """Minutes. A bare number is refused, since nobody can say a year later what it counted."""
    names = ", ".join(units)
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"the bare number {value} has no unit; write {value}{example[-1]} (units: {names})")
    match = _DURATION.fullmatch(_text(value, example))
    if match is None:
        raise ValueError(f"{shown(value)} is not a duration; write {example} (units: {names})")
    number, unit = match.groups()
    if len(unit) != 1 or unit not in units:
        found = f"the unit '{unit}' is not used here" if unit else "the unit is missing"
        raise ValueError(f"{shown(value)}: {found}; write {example} (units: {names})")
    return int(number) * _MINUTES[unit]


def read_days(value: object) -> int:
    """`35d`, `12w`, `7y` as days; a year has 365."""
    return _duration(value, "dwy", "35d") // 1440


def read_days_or_never(value: object) -> int | Never:
    return "never" if value == "never" else read_days(value)


def read_window(value: object) -> int:
    """`90m`, `8h` as minutes."""
    return _duration(value, "mh", "8h")


LONGEST_HOLD = 7 * 1440
"""Minutes: how long a sync is held up, or let in, at most by one setting."""


def read_hold(value: object) -> int:
    """`30m`, `4h` as minutes, more than none and a week at most."""
    minutes = read_window(value)
    if 0 < minutes <= LONGEST_HOLD:
        return minutes
    raise ValueError(f"{shown(value)} is not between 1m and {LONGEST_HOLD // 60}h (a week); write 4h")


def read_cron(value: object) -> str:
    """A schedule of six fields, as AWS Backup takes it."""
    text = _text(value, "'cron(0 22 ? * MON-FRI *)'")
    try:
        parse_cron(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is not a schedule: {error}") from None
    return text


def read_time(value: object) -> int:
    """`15m`, `4h`, `7d`, `2w`, `1y` as minutes."""
    return _duration(value, "mhdwy", "4h")


def read_time_or_never(value: object) -> int | Never:
    return "never" if value == "never" else read_time(value)


_SIZES = {"MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def read_size(value: object) -> int:
    """`500MiB`, `50GiB`, `2TiB` as bytes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"the bare number {value} has no unit; write {value}GiB (units: {', '.join(_SIZES)})")
    match = re.fullmatch(r"([0-9]{1,9})(MiB|GiB|TiB)", _text(value, "50GiB"))
    if match is None:
        raise ValueError(f"{shown(value)} is not a size; write 50GiB (units: {', '.join(_SIZES)})")
    return int(match[1]) * _SIZES[match[2]]


def read_day(value: object) -> date:
    """`2027-03-31`, the last day on which something holds."""
    text = _text(value, "2027-03-31")
    refusal = ValueError(f"{shown(text)} is not a day; write 2027-03-31")
    if not _DATE.fullmatch(text):
        raise refusal
    try:
        return date.fromisoformat(text)
    except ValueError:  # 2027-02-30
        raise refusal from None


def read_end(value: object) -> datetime:
    """`2027-03-31` holds through that day in UTC, `2027-03-31T18:00:00+02:00` until that moment: the moment, in UTC."""
    text = _text(value, "2027-03-31")
    refusal = ValueError(f"{shown(text)} is not an end; write 2027-03-31, or a moment with its zone: {_MOMENT_EXAMPLE}")
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), _END_OF_DAY)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # 2027-02-30, and the last evening of the calendar in the west
        raise refusal from None
    raise refusal


def read_clock(value: object) -> tuple[int, int]:
    """`"03:30"` as hour and minute."""
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", _text(value, '"03:00"'))
    if match is None:
        raise ValueError(f'{shown(value)} is not a time of day; write "03:00"')
    return int(match.group(1)), int(match.group(2))


class Substituted(str):
    """Text in which variables stood: the only text that can mean true or false."""


def read_flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Substituted) and value in ("true", "false"):
        return value == "true"
    raise ValueError(f"must be true or false, not {shown(value)}")


def read_account(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'an account id must be quoted: "{value:012d}" (unquoted, leading zeros are lost)')
    if isinstance(value, str) and re.fullmatch(r"[0-9]{12}", value):
        return value
    raise ValueError(f"{shown(value)} is not an account id; it has 12 digits, quoted")


def matching(pattern: str, what: str, example: str) -> Callable[[object], str]:
    """A reader of text that fits a pattern as a whole."""
    compiled = re.compile(pattern)

    def read(value: object) -> str:
        text = value if type(value) is str else _text(value, example)
        if compiled.fullmatch(text):
            return text
        raise ValueError(f"{shown(text)} is not {what}; write {example}")

    return read


def one_of(*words: str) -> Callable[[object], str]:
    """A reader of one of a few words."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ValueError(f"must be {' or '.join(words)}, not {shown(value)}")

    return read


def sized(smallest: int, largest: int, what: str, example: str) -> Callable[[object], str]:
    """A reader of text between two lengths."""

    def read(value: object) -> str:
        text = value if type(value) is str else _text(value, example)
        if smallest <= len(text) <= largest:
            return text
        raise ValueError(f"{what} has {smallest} to {largest} characters, this has {len(text)}")

    return read


def _reads(reader: Callable[[Any], Any]) -> BeforeValidator:
    return BeforeValidator(reader)


PARTITION = r"aws(-cn|-us-gov|-iso|-iso-b|-eusc)?"

Text = Annotated[str, _reads(sized(1, 4096, "a text", "'a text'"))]
AppName = Annotated[
    str, _reads(matching(r"[a-z0-9-]{1,40}", "an app name ([a-z0-9-], 1 to 40 characters)", "acme-prod"))
]
Days = Annotated[int, _reads(read_days)]
DaysOrNever = Annotated[int | Never, _reads(read_days_or_never)]
Window = Annotated[int, _reads(read_window)]
Hold = Annotated[int, _reads(read_hold)]
Time = Annotated[int, _reads(read_time)]
Size = Annotated[int, _reads(read_size)]
TimeOrNever = Annotated[int | Never, _reads(read_time_or_never)]
Clock = Annotated[tuple[int, int], _reads(read_clock)]
Day = Annotated[date, _reads(read_day)]
End = Annotated[datetime, _reads(read_end)]
Flag = Annotated[bool, _reads(read_flag)]
AccountId = Annotated[str, _reads(read_account)]
Region = Annotated[str, _reads(matching(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", "a region", "eu-west-1"))]
RoleArn = Annotated[
    str,
    _reads(
        matching(
            rf"arn:{PARTITION}:iam::[0-9]{{12}}:role/[\w+=,.@/-]{{1,512}}",
            "a role ARN",
            "arn:aws:iam::111111111111:role/backup",
        )
    ),
]
KeyArn = Annotated[
    str,
    _reads(
        matching(
            rf"arn:{PARTITION}:kms:[a-z0-9-]+:[0-9]{{12}}:(key/[A-Za-z0-9-]+|alias/[A-Za-z0-9/_-]+)",
            "the ARN of a KMS key or alias",
            "arn:aws:kms:eu-west-1:111111111111:alias/backup",
        )
    ),
]
VaultArn = Annotated[
    str,
    _reads(
        matching(
            rf"arn:{PARTITION}:backup:[a-z0-9-]+:[0-9]{{12}}:backup-vault:[A-Za-z0-9_-]{{2,50}}",
            "a backup vault ARN",
            "arn:aws:backup:eu-west-1:111111111111:backup-vault:primary",
        )
    ),
]
TopicArn = Annotated[
    str,
    _reads(
        matching(
            rf"arn:{PARTITION}:sns:[a-z0-9-]+:[0-9]{{12}}:[A-Za-z0-9_-]{{1,256}}(\.fifo)?",
            "an SNS topic ARN",
            "arn:aws:sns:eu-west-1:111111111111:backup-alerts",
        )
    ),
]
CheckFunctionArn = Annotated[
    str,
    _reads(
        matching(
            rf"arn:{PARTITION}:lambda:[a-z0-9-]+:[0-9]{{12}}:function:backup-apps-check-[A-Za-z0-9_-]{{1,46}}",
            "the ARN of a Lambda function whose name begins with backup-apps-check-",
            "arn:aws:lambda:eu-west-1:111111111111:function:backup-apps-check-orders",
        )
    ),
]
VaultName = Annotated[
    str,
    _reads(matching(r"[A-Za-z0-9_-]{2,50}", "a backup vault name (letters, digits, - and _, 2 to 50)", "acme-primary")),
]
PlanName = Annotated[
    str,
    _reads(matching(r"[A-Za-z0-9_.-]{1,50}", "a backup plan name (letters, digits, - _ and ., 1 to 50)", "acme-daily")),
]
Key = Annotated[
    str, _reads(matching(r"[A-Za-z0-9_.-]{1,50}", "a name (letters, digits, - _ and ., 1 to 50 characters)", "nightly"))
]
TagKey = Annotated[str, _reads(sized(1, 128, "a tag key", "team"))]
TagValue = Annotated[str, _reads(sized(0, 256, "a tag value", "backup"))]
ResourceArn = Annotated[
    str, _reads(matching(r"\*|arn:\S{4,1600}", "a resource ARN or *", "arn:aws:dynamodb:*:*:table/*"))
]
Schedule = Annotated[str, _reads(matching(r"(cron|rate)\(.*\)", "a cron schedule", "cron(0 3 * * ? *)"))]
CronSchedule = Annotated[str, _reads(read_cron)]
TYPES_BY_ARN = (
    "CloudFormation",
    "DSQL",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Redshift",
    "S3",
    "Timestream",
)
"""Types of AWS Backup that an ARN tells alone. Databases of RDS are left out: whether one is a member of a cluster,
which is backed up instead, no ARN and no tag says."""
CoveredType = Annotated[str, _reads(one_of(*TYPES_BY_ARN))]
TESTED_TYPES = ("Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3")
"""Types that AWS restore testing restores.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingSelectionForCreate.html
"""
TestedType = Annotated[str, _reads(one_of(*TESTED_TYPES))]
Engine = Annotated[Literal["sandbox", "aws"], _reads(one_of("sandbox", "aws"))]
SEVERITIES = ("info", "low", "warning", "medium", "error", "high", "critical")
"""The least first; `low`, `medium` and `high` are what pagers call info, warning and error."""
Severity = Annotated[str, _reads(one_of(*SEVERITIES))]
LockMode = Annotated[Literal["governance", "compliance"], _reads(one_of("governance", "compliance"))]
