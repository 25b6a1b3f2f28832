"""Copies: whether the vault that they go to is there and lets them in, and whether accounts may copy to each other."""

from collections.abc import Iterator

from backup_apps.domain.doctor.asked import AskedCopy
from backup_apps.domain.doctor.check import Checked, about, numbered
from backup_apps.domain.doctor.facts import Examination, Unknown
from backup_apps.domain.doctor.trust import lets_account

_COPY = "backup:CopyIntoBackupVault"


@numbered("D501", "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html")
def destinations_are_there(examined: Examination) -> Iterator[Checked]:
    """Vaults that a bundle makes are left out: the sync sees to them."""
    for to in sorted({copy.to for copy in examined.asked.copies if not copy.is_ours}):
        copy = next(one for one in examined.asked.copies if one.to == to)
        here, vault = about(f"vault {to}", copy.destination), examined.vaults.get(to, Unknown("it was not read"))
        if isinstance(vault, Unknown):
            yield here.unknown(vault, _reading(copy))
        elif vault is None:
            name = to.rpartition(":")[2]
            cure = f"aws backup create-backup-vault --backup-vault-name {name} --region {copy.destination.region}"
            yield here.failed(f"copies of {copy.source} go there, and it is not there", cure)
        else:
            yield here.ok("it is there")


@numbered("D502", "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html")
def destinations_let_copies_in(examined: Examination) -> Iterator[Checked]:
    across = {(copy.to, copy.source.account): copy for copy in examined.asked.copies if _is_across(copy)}
    for (to, account), copy in sorted(across.items()):
        vault = examined.vaults.get(to, Unknown("it was not read"))
        here = about(f"access policy of vault {to}", copy.destination)
        if vault is None or copy.is_ours:
            continue
        policy = vault if isinstance(vault, Unknown) else vault.policy
        if isinstance(policy, Unknown):
            yield here.unknown(policy, _reading(copy))
            continue
        lets = lets_account(policy, account, _COPY)
        if lets is None:
            yield here.unknown(Unknown(f"whether it lets {account} copy rests on conditions or denials"))
        elif lets:
            yield here.ok(f"it lets {account} copy")
        else:
            cure = f"allow {_COPY} to arn:aws:iam::{account}:root with aws backup put-backup-vault-access-policy"
            yield here.failed(f"it does not let {account} copy", cure)


@numbered("D701", "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeGlobalSettings.html")
def accounts_may_copy_to_each_other(examined: Examination) -> Iterator[Checked]:
    across = sorted(str(copy.source) for copy in examined.asked.copies if _is_across(copy))
    if not across:
        return
    here, state = about("cross-account backup", examined.hub.place), examined.hub.cross_account
    asking = "in the organization's management account: aws backup describe-global-settings"
    if isinstance(state, Unknown):
        yield here.unknown(state, asking)
    elif state:
        yield here.ok("the organization lets AWS Backup copy across accounts")
    else:
        cure = "aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true"
        yield here.failed(f"it is off, and {across[0]} copies to another account", f"in the management account: {cure}")


@numbered("D702", "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html")
def organization_can_be_read(examined: Examination) -> Iterator[Checked]:
    if not examined.asked.organization:
        return
    here, reads = about("AWS Organizations", examined.hub.place), examined.hub.organization
    cure = "in the management account: aws organizations put-resource-policy (docs/language.md, App sets)"
    if isinstance(reads, Unknown):
        yield here.unknown(reads, cure)
    elif reads:
        yield here.ok("the hub's account reads the organization, which app sets ask for")
    else:
        yield here.failed("app sets ask for OUs or tags, and the hub's account may not read the organization", cure)


def _is_across(copy: AskedCopy) -> bool:
    return copy.destination.account != copy.source.account


def _reading(copy: AskedCopy) -> str:
    return f"name a role of {copy.destination.account} that may backup:DescribeBackupVault: --role NAME"


COPIES = (destinations_are_there, destinations_let_copies_in, accounts_may_copy_to_each_other, organization_can_be_read)
