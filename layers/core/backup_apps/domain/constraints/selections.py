"""What a plan backs up."""

import re
from collections.abc import Iterator, Mapping

from backup_apps.domain.constraints.parts import conditions
from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.places import Path

SELECTION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html"
CONDITIONS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ConditionParameter.html"
ASSIGNING = "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"
QUOTAS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"
PASSING_ROLES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"

LONGEST_NAME = 50
NAME_SUFFIX = len("-01234567")
"""A selection's name ends in a hash of what it holds."""
_RIGHT_ARN = re.compile(r"\*|arn(:[^:*?]+){2}(:(\*|[^:*?]*)){2}:[^*?]*\*?", re.DOTALL)
CONDITION_PREFIX = "aws:ResourceTag/"


@numbered("B401", SELECTION)
def selection_selects(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        if not (selection.resources or any(selection.any_tag.values()) or conditions(selection)):
            found = "'exclude' alone selects nothing" if selection.exclude else "this selection is empty"
            yield Violation(
                path, f"{found}: write 'resources', 'anyTag' or 'allTags'; for everything, resources: ['*'] says so"
            )


@numbered("B402", SELECTION)
def resources_or_any_tag(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        if selection.resources and selection.any_tag:
            yield Violation(
                (*path, "anyTag"),
                "AWS unites 'resources' and 'anyTag': it backs up all of these resources and all that bear a tag. "
                "For resources that also bear a tag write 'allTags'; for both sets write two selections",
            )


@numbered("B403", SELECTION)
def any_tag_or_all_tags(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        if selection.any_tag and conditions(selection):
            yield Violation(
                (*path, "anyTag"),
                "AWS takes 'anyTag' as one of several and 'allTags' as each of several, and unites the two: write one "
                "of them, or two selections",
            )


@numbered("B404", SELECTION, elsewhere=("role",))
def role_is_known(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        if selection.role is None and subject.policy.role is None:
            yield Violation(
                (*path, "role"),
                "AWS Backup needs a role to back up with, and none is written or inherited: write policy.role, e.g. "
                "arn:aws:iam::${account}:role/backup",
            )


@numbered("B405", PASSING_ROLES)
def role_is_of_the_account(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        role = selection.role or subject.policy.role
        account = role.split(":")[4] if role else subject.target.account
        if account != subject.target.account:
            yield Violation(
                (*path, "role") if selection.role else ("role",),
                f"a role can't be passed across accounts, and this one is of {account}, which is not the target's: "
                "write arn:aws:iam::${account}:role/...",
            )


@numbered("B406", SELECTION)
def arns_are_patterns(subject: Subject) -> Iterator[Violation]:
    for path, arn in _arns(subject):
        wrong = _wrong_arn(arn)
        if wrong:
            yield Violation(path, f"in '{arn}' {wrong}")


@numbered("B407", CONDITIONS)
def tag_keys_without_prefix(subject: Subject) -> Iterator[Violation]:
    for path, _ in subject.tag_values:
        key = str(path[-1])
        if key.lower().startswith(CONDITION_PREFIX.lower()):
            yield Violation(
                path,
                f"write the tag's own key, {key[len(CONDITION_PREFIX) :] or 'e.g. backup'!r}: "
                f"'{CONDITION_PREFIX}' is put before it where AWS wants that",
            )


@numbered("B408", QUOTAS)
def conditions_in_quota(subject: Subject) -> Iterator[Violation]:
    quota = subject.catalog.quotas.conditions_per_selection
    for path, selection in subject.selections:
        for key, count in (("anyTag", _count(selection.any_tag)), ("allTags", len(conditions(selection)))):
            if count > quota:
                yield Violation((*path, key), f"a selection has {quota} tag conditions at most, this has {count}")


@numbered("B409", SELECTION)
def arns_in_quota(subject: Subject) -> Iterator[Violation]:
    quotas = subject.catalog.quotas
    for path, selection in subject.selections:
        for key, arns in (("resources", selection.resources), ("exclude", selection.exclude)):
            wild = sum("*" in arn for arn in arns) if len(arns) > quotas.wildcards_per_selection else 0
            if len(arns) > quotas.arns_per_selection:
                message = (
                    f"a selection has {quotas.arns_per_selection} ARNs at most, this has {len(arns)}: select by tag"
                )
                yield Violation((*path, key), message)
            if wild > quotas.wildcards_per_selection:
                message = f"a selection has {quotas.wildcards_per_selection} ARNs with * at most, this has {wild}"
                yield Violation((*path, key), message)


@numbered("B410", SELECTION)
def selection_name_fits(subject: Subject) -> Iterator[Violation]:
    for path, _ in subject.selections:
        key = str(path[-1])
        if len(key) + NAME_SUFFIX > LONGEST_NAME:
            yield Violation(
                path,
                f"in AWS the selection's name is '{key}' and {NAME_SUFFIX} more characters, {LONGEST_NAME} at most: "
                f"shorten the key from {len(key)} to {LONGEST_NAME - NAME_SUFFIX}",
            )


@numbered("B411", CONDITIONS)
def tags_have_values(subject: Subject) -> Iterator[Violation]:
    for path, values in subject.tag_values:
        if values == ():
            yield Violation(path, "this tag lists no value, so it would count for nothing: write a value, or remove it")


def _count(any_tag: Mapping[str, tuple[str, ...]]) -> int:
    return sum(map(len, any_tag.values()))


def _arns(subject: Subject) -> Iterator[tuple[Path, str]]:
    for path, selection in subject.selections:
        for key, arns in (("resources", selection.resources), ("exclude", selection.exclude)):
            yield from (((*path, key, index), arn) for index, arn in enumerate(arns))


def _wrong_arn(arn: str) -> str | None:
    """What is wrong with an ARN or its wildcards, and what would be right."""
    if _RIGHT_ARN.fullmatch(arn):
        return None
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return "parts are missing; write all six, e.g. arn:aws:dynamodb:*:*:table/*"
    _, partition, service, region, account, resource = parts
    if "?" in arn:
        return "? is no wildcard; write * at the end"
    if "*" in partition + service:
        return "partition and service can't be wildcards; write e.g. arn:aws:dynamodb:*:*:table/*"
    if any("*" in part and part != "*" for part in (region, account)):
        return "region and account are written out, or * as a whole"
    return "* may stand only at the end of the resource; select by tag instead" if "*" in resource[:-1] else None


SELECTIONS = (
    selection_selects,
    resources_or_any_tag,
    any_tag_or_all_tags,
    role_is_known,
    role_is_of_the_account,
    arns_are_patterns,
    tag_keys_without_prefix,
    conditions_in_quota,
    arns_in_quota,
    selection_name_fits,
    tags_have_values,
)
