"""Copies of recovery points into other vaults."""

from collections.abc import Iterator

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Copy
from backup_apps.domain.regions import partition_of
from backup_apps.domain.rendering import vault_arn

COPY_ACTION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyAction.html"
CROSS_REGION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html"
CROSS_ACCOUNT = "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html"


@numbered("B301", COPY_ACTION)
def copy_names_one_vault(subject: Subject) -> Iterator[Violation]:
    for path, copy, _, _ in subject.copies:
        if (copy.to is None) == (copy.vault_arn is None):
            found = "neither" if copy.to is None else "both"
            yield Violation(
                path, f"a copy goes to exactly one vault: write 'to' or 'vaultArn', not {found}; e.g. to: {{vault: dr}}"
            )


@numbered("B302", COPY_ACTION)
def copy_leaves_its_vault(subject: Subject) -> Iterator[Violation]:
    account, region = subject.target
    for path, copy, rule, arn in subject.copies:
        source = subject.policy.vaults.get(rule.vault)
        if source is not None and arn == vault_arn(region, account, source.name):
            message = f"a copy of what is in the vault '{source.name}' can't go into it again; name another vault"
            yield Violation((*path, *_destination_path(copy)), message)


@numbered("B303", COPY_ACTION)
def forever_copies_need_forever_sources(subject: Subject) -> Iterator[Violation]:
    for path, copy, rule, _ in subject.copies:
        source = rule.retention.delete
        if copy.retention.delete == "never" and source != "never":
            yield Violation(
                (*path, "retention", "delete"),
                f"this copy would never be deleted though its source is after {source}d: copies pile up unseen; "
                "write how long it lives, e.g. 7y",
            )


@numbered("B304", CROSS_REGION)
def copy_region_is_known(subject: Subject) -> Iterator[Violation]:
    for path, copy, _, _ in subject.copies:
        region = copy_region(copy, subject)
        if region not in subject.catalog.regions:
            yield Violation(
                (*path, *_destination_path(copy, "region")),
                f"'{region}' is not a region that this release knows; "
                "if it is new, name it in BACKUP_APPS_EXTRA_REGIONS",
            )


@numbered("B305", CROSS_REGION)
def copy_stays_in_partition(subject: Subject) -> Iterator[Violation]:
    here = partition_of(subject.target.region)
    for path, copy, _, arn in subject.copies:
        there = arn.split(":", 2)[1:2]
        if there and there != [here]:
            message = (
                f"AWS Backup copies within a partition: a vault of '{here}' can't be copied to one of '{there[0]}'"
            )
            yield Violation((*path, *_destination_path(copy, "region")), message)


def copy_region(copy: Copy, subject: Subject) -> str:
    """The region that a copy goes to; the target's where none is written."""
    if copy.vault_arn is not None:
        return copy.vault_arn.split(":")[3]
    return (copy.to.region if copy.to else None) or subject.target.region


def _destination_path(copy: Copy, key: str = "vault") -> Path:
    return ("vaultArn",) if copy.vault_arn is not None else ("to", key)


COPIES = (
    copy_names_one_vault,
    copy_leaves_its_vault,
    forever_copies_need_forever_sources,
    copy_region_is_known,
    copy_stays_in_partition,
)
