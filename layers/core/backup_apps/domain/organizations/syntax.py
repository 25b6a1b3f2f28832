"""What a backup policy may set, and with what values.

A setting is a mapping of fixed fields, a mapping of names that the author chooses, one value, or a list of values.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from backup_apps.domain.organizations.policy import Setting, refused

Accepts = Callable[[str], bool]
Path = tuple[str, ...]


class Fields(NamedTuple):
    """A mapping of fixed fields; `required` ones may not be left out of any policy that has the mapping."""

    each: Mapping[str, "Syntax"]
    required: tuple[str, ...] = ()


class Named(NamedTuple):
    """A mapping whose names are the author's."""

    name: Accepts
    each: "Syntax"


class One(NamedTuple):
    """One value, as text."""

    accepts: Accepts


class Several(NamedTuple):
    """A list of values. Only that of regions may be assigned empty."""

    accepts: Accepts
    may_be_empty: bool = False


Syntax = Fields | Named | One | Several


def admitted(setting: Setting, syntax: Syntax, path: Path = ()) -> Setting:
    """The setting with fixed fields spelt as the syntax has them. Raises PolicyError at the first that is not of it."""
    if isinstance(syntax, One | Several):
        _check_value(setting, syntax, path)
        return setting
    if setting.has_value:
        raise refused(path, "it holds other settings, so it takes no value operator")
    for field in syntax.required if isinstance(syntax, Fields) else ():
        if field not in setting.children:
            raise refused(path, f"'{field}' is missing; it stands in every policy that sets something here")
    return setting._replace(children=dict(_admitted_child(child, syntax, path) for child in setting.children.values()))


def _admitted_child(child: Setting, syntax: Fields | Named, path: Path) -> tuple[str, Setting]:
    where = (*path, child.written)
    folded = child.written.lower()
    if isinstance(syntax, Named):
        if not syntax.name(child.written):
            raise refused(where, "this name is not allowed here")
        return folded, admitted(child, syntax.each, where)
    field = next((field for field in syntax.each if field.lower() == folded), None)
    if field is None:
        raise refused(where, f"there is no such setting; here are {', '.join(sorted(syntax.each))}")
    return field, admitted(child, syntax.each[field], where)


def _check_value(setting: Setting, syntax: One | Several, path: Path) -> None:
    if setting.children:
        raise refused(path, "it holds a value, so no settings stand below it")
    if isinstance(syntax, One) and (setting.append, setting.remove) != (None, None):
        raise refused(path, "it is one value, so it takes only @@assign")
    if setting.assign is not None and isinstance(setting.assign, str) != isinstance(syntax, One):
        raise refused(path, "it takes one value" if isinstance(syntax, One) else "it takes a list of values")
    if isinstance(syntax, Several):
        _check_filled(setting, syntax, path)
    for value in _values(setting):
        if not syntax.accepts(value):
            raise refused(path, f"the value '{value}' is not allowed here")


def _check_filled(setting: Setting, syntax: Several, path: Path) -> None:
    lists = (setting.append,) if syntax.may_be_empty else (setting.assign, setting.append, setting.remove)
    if () in lists:
        raise refused(path, "an empty list is not allowed here")


def _values(setting: Setting) -> Iterator[str]:
    for operand in (setting.assign, setting.append, setting.remove):
        if isinstance(operand, str):
            yield operand
        else:
            yield from operand or ()


_PARTITION = r"arn:(aws|aws-cn|aws-us-gov)"
_VAULT = r"backup-vault:[A-Za-z0-9_-]{1,50}"
_LARGEST = 9_999_999_999_999_999


def _fits(pattern: str) -> Accepts:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _whole(smallest: int) -> Accepts:
    digits = _fits("[0-9]{1,4000}")
    return lambda text: digits(text) and smallest <= int(text) <= _LARGEST


def _sized(smallest: int, largest: int) -> Accepts:
    return lambda text: smallest <= len(text) <= largest


def _word(*words: str) -> Accepts:
    return lambda text: text in words


_NAME = _fits("[A-Za-z0-9_.-]{1,50}")
_ROLE = One(_fits(rf"{_PARTITION}:iam::\$account:role/[\w+=,.@/-]+"))
_FLAG = One(_word("true", "false"))
_SWITCH = One(_word("enabled", "disabled"))
_TAG = Fields({"tag_key": One(_sized(1, 128)), "tag_value": One(_sized(0, 256))}, ("tag_key", "tag_value"))
_TAGS = Named(_sized(1, 128), _TAG)
_COPY_ARN = _fits(rf"{_PARTITION}:backup:[a-z0-9-]+:(\$account|[0-9]{{12}}):{_VAULT}")

RESOURCE_TYPES = {
    "arn:aws:backup-gateway:*:*:vm/*",
    "arn:aws:cloudformation:*:*:stack/*",
    "arn:aws:dsql:*:*:cluster/*",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:ec2:*:*:volume/*",
    "arn:aws:eks:*:*:cluster/*",
    "arn:aws:elasticfilesystem:*:*:file-system/*",
    "arn:aws:fsx:*:*:file-system/*",
    "arn:aws:fsx:*:*:volume/*",
    "arn:aws:rds:*:*:cluster:*",
    "arn:aws:rds:*:*:db:*",
    "arn:aws:redshift:*:*:cluster:*",
    "arn:aws:redshift-serverless:*:*:namespace/*",
    "arn:aws:s3:::*",
    "arn:aws:ssm-sap:*:*:HANA/*",
    "arn:aws:storagegateway:*:*:gateway/*",
    "arn:aws:timestream:*:*:database/*",
}


def _resource_type(text: str) -> bool:
    """`*`, or all resources of a supported type, in any partition."""
    return text == "*" or re.sub(rf"^{_PARTITION}:", "arn:aws:", text) in RESOURCE_TYPES


_LIFECYCLE = Fields(
    {
        "move_to_cold_storage_after_days": One(_whole(1)),
        "delete_after_days": One(_whole(1)),
        "opt_in_to_archive_for_supported_resources": _FLAG,
    }
)
_COPY = Fields(
    {"target_backup_vault_arn": One(_COPY_ARN), "lifecycle": _LIFECYCLE},
    ("target_backup_vault_arn",),
)
_RULE: dict[str, Syntax] = {
    "target_backup_vault_name": One(_fits("[A-Za-z0-9_-]{1,50}")),
    "target_logically_air_gapped_backup_vault_arn": One(_fits(rf"{_PARTITION}:backup:\$region:\$account:{_VAULT}")),
    "start_backup_window_minutes": One(_whole(60)),
    "complete_backup_window_minutes": One(_whole(60)),
    "enable_continuous_backup": _FLAG,
    "lifecycle": _LIFECYCLE,
    "copy_actions": Named(_COPY_ARN, _COPY),
    "recovery_point_tags": _TAGS,
    "index_actions": Fields({"resource_types": Several(_word("EBS", "S3"))}),
    "scan_actions": Fields({"GUARDDUTY": Fields({"scan_mode": One(_word("FULL_SCAN", "INCREMENTAL_SCAN"))})}),
}
_CONDITION = Fields(
    {"condition_key": One(_sized(1, 128)), "condition_value": One(_sized(0, 256))},
    ("condition_key", "condition_value"),
)
_CONDITIONS = Fields(
    dict.fromkeys(("string_equals", "string_not_equals", "string_like", "string_not_like"), Named(_NAME, _CONDITION))
)
_SELECTIONS = Fields(
    {
        "tags": Named(
            _NAME,
            Fields(
                {
                    "iam_role_arn": _ROLE,
                    "tag_key": One(_sized(1, 128)),
                    "tag_value": Several(_sized(0, 256)),
                    "conditions": _CONDITIONS,
                }
            ),
        ),
        "resources": Named(
            _NAME,
            Fields(
                {
                    "iam_role_arn": _ROLE,
                    "resource_types": Several(_resource_type),
                    "not_resource_types": Several(_resource_type),
                    "conditions": _CONDITIONS,
                }
            ),
        ),
    }
)
_SETTINGS = Fields(
    {
        "ec2": Fields({"windows_vss": _SWITCH}),
        "s3": Fields({"backup_acls": _SWITCH, "backup_object_tags": _SWITCH}),
    }
)
_SCAN_SETTINGS = Fields(
    {
        "GUARDDUTY": Fields(
            {"resource_types": Several(_word("EBS", "EC2", "S3", "ALL")), "scanner_role_arn": _ROLE},
        )
    }
)


def backup_policy(region: Accepts, schedule: Accepts) -> Fields:
    """The syntax of a whole policy. Which regions there are and which schedules run often changes with time."""
    plan: dict[str, Syntax] = {
        "rules": Named(_NAME, Fields({**_RULE, "schedule_expression": One(schedule)})),
        "regions": Several(region, may_be_empty=True),
        "selections": _SELECTIONS,
        "advanced_backup_settings": _SETTINGS,
        "backup_plan_tags": _TAGS,
        "scan_settings": _SCAN_SETTINGS,
    }
    return Fields({"plans": Named(_NAME, Fields(plan))}, ("plans",))
