"""Tags that rules put on recovery points, and vaults bear themselves."""

from collections.abc import Iterator

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.desired import APP_TAG
from backup_apps.domain.restore_testing import is_tested

TAGGING = "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"
QUOTAS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"

OURS = "backup-apps:"
TAGS_PER_VAULT = 50
OWN_TAGS = 1
"""Every vault also bears the bundle's tag, and what AWS tests the app's."""


@numbered("B501", TAGGING)
def keys_are_not_of_aws(subject: Subject) -> Iterator[Violation]:
    for path, tags in subject.tags:
        for key in tags:
            if key.lower().startswith("aws:"):
                yield Violation((*path, key), f"tag keys that begin with 'aws:' belong to AWS; rename {key!r}")


@numbered("B502", TAGGING)
def keys_are_not_ours(subject: Subject) -> Iterator[Violation]:
    for path, tags in subject.tags:
        for key in tags:
            if key.lower().startswith(OURS):
                message = f"tag keys that begin with '{OURS}' say what a bundle manages; rename {key!r}"
                yield Violation((*path, key), message)


@numbered("B503", QUOTAS)
def recovery_point_tags_in_quota(subject: Subject) -> Iterator[Violation]:
    quota = subject.catalog.quotas.tags_per_recovery_point
    own = OWN_TAGS if is_tested(subject.policy) else 0
    for path, rule in subject.rules:
        count = len(rule.tags) + own
        if count > quota:
            ours = f" (with '{APP_TAG}', by which AWS finds what to test)" if own else ""
            message = f"a rule puts {quota} tags on recovery points at most, not {count}{ours}"
            yield Violation((*path, "tags"), message)


@numbered("B504", TAGGING)
def vault_tags_in_quota(subject: Subject) -> Iterator[Violation]:
    for path, vault in subject.vaults:
        if len(vault.tags) + OWN_TAGS > TAGS_PER_VAULT:
            yield Violation(
                (*path, "tags"),
                f"a vault bears {TAGS_PER_VAULT} tags at most, one of which is the bundle's: write "
                f"{TAGS_PER_VAULT - OWN_TAGS}, not {len(vault.tags)}",
            )


TAGS = (keys_are_not_of_aws, keys_are_not_ours, recovery_point_tags_in_quota, vault_tags_in_quota)
