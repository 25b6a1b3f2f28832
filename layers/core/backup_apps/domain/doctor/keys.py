"""Keys of vaults: whether AWS Backup can use them now, tomorrow, and for what it copies."""

from collections.abc import Iterator

from backup_apps.domain.doctor.asked import AskedKey
from backup_apps.domain.doctor.check import About, Checked, about, numbered
from backup_apps.domain.doctor.facts import Examination, Key, Known, Unknown
from backup_apps.domain.doctor.hub import way_back
from backup_apps.domain.doctor.trust import lets_account

_READING = "name a role of the account with kms:DescribeKey, kms:GetKeyRotationStatus, kms:GetKeyPolicy: --role NAME"
_USES = ("kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt")
"""What AWS Backup needs of the key of a vault.
https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"""
_SHARED = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey")


@numbered("D401", "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html")
def keys_can_be_used(examined: Examination) -> Iterator[Checked]:
    for asked in examined.asked.keys:
        here, key = _of(examined, asked)
        used = f"vault {', '.join(asked.vaults)}"
        if isinstance(key, Unknown):
            yield here.unknown(key, _READING)
        elif key is None:
            made = f"aws kms create-key --region {asked.target.region}"
            alias = asked.key.rpartition(":")[2]
            named = f", then aws kms create-alias --alias-name {alias} --target-key-id KEY" if "alias/" in alias else ""
            yield here.failed(f"the key of {used} is not there", made + named)
        elif key.state != "Enabled":
            yield here.failed(f"the key of {used} is {key.state}: backups fail", way_back(key.state, key.arn))
        else:
            yield here.ok(f"enabled, for {used}")


@numbered("D402", "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html")
def keys_rotate(examined: Examination) -> Iterator[Checked]:
    for asked in examined.asked.keys:
        here, key = _of(examined, asked)
        if not asked.rotates or key is None:
            continue
        rotates = key if isinstance(key, Unknown) else key.rotates
        if isinstance(rotates, Unknown):
            yield here.unknown(rotates, _READING)
        elif rotates:
            yield here.ok("it rotates, as the guardrail asks")
        elif rotates is None:
            message = "it can't rotate (imported, asymmetric or of a custom key store), and a guardrail asks for it"
            yield here.failed(message, "declare a new vault with a symmetric key that KMS made")
        else:
            found = key.arn if isinstance(key, Key) else asked.key
            cure = f"aws kms enable-key-rotation --key-id {found} --region {asked.target.region}"
            yield here.failed("rotation is off, and a guardrail asks for it", cure)


@numbered("D403", "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html")
def keys_let_aws_backup(examined: Examination) -> Iterator[Checked]:
    """That a key's policy lets its account's roles; whether theirs let them, IAM alone knows."""
    for asked in examined.asked.keys:
        here, key = _of(examined, asked)
        if key is not None:
            yield _lets(here, key, asked.key.split(":")[4], _USES, "its account's roles, and so AWS Backup,")


@numbered("D404", "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html")
def keys_are_shared_for_copies(examined: Examination) -> Iterator[Checked]:
    """The account that gets a copy has to read what it is of, where AWS Backup does not manage the type fully."""
    across = {
        (copy.source, copy.key, copy.destination.account)
        for copy in examined.asked.copies
        if copy.key and copy.destination.account != copy.source.account
    }
    for source, written, account in sorted(across):
        key = examined.targets[source].keys.get(written, Unknown("it was not read"))
        if key is not None:
            whom = f"account {account}, which gets copies,"
            yield _lets(about(f"key {written}", source), key, account, _SHARED, whom)


def _lets(here: About, key: Known[Key | None], account: str, actions: tuple[str, ...], whom: str) -> Checked:
    policy = key if isinstance(key, Unknown) else key.policy if key else Unknown("the key is not there")
    if isinstance(policy, Unknown):
        return here.unknown(policy, _READING)
    found = {action: lets_account(policy, account, action) for action in actions}
    refused = [action for action, lets in found.items() if lets is False]
    if refused:
        what = ", ".join(refused)
        cure = f"allow {what} to arn:aws:iam::{account}:root: aws kms put-key-policy --policy-name default"
        return here.failed(f"the key's policy does not let {whom} {what}", cure)
    in_doubt = [action for action, lets in found.items() if lets is None]
    if in_doubt:
        return here.unknown(Unknown(f"{', '.join(in_doubt)} rests on conditions or denials of the key's policy"))
    return here.ok(f"its policy lets {whom} use it")


def _of(examined: Examination, asked: AskedKey) -> tuple[About, Known[Key | None]]:
    facts = examined.targets[asked.target]
    return about(f"key {asked.key}", asked.target), facts.keys.get(asked.key, Unknown("it was not read"))


KEYS = (keys_can_be_used, keys_rotate, keys_let_aws_backup, keys_are_shared_for_copies)
