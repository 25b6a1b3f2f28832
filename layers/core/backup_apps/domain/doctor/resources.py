"""What is backed up, and where it is rehearsed: versions of buckets, sandboxes."""

from collections.abc import Iterator

from backup_apps.domain.doctor.check import Checked, about, numbered
from backup_apps.domain.doctor.facts import Examination, Unknown
from backup_apps.domain.doctor.trust import lets_account

_READING = "name a role of the account that may {}: --role NAME"


@numbered("D601", "https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html")
def buckets_are_versioned(examined: Examination) -> Iterator[Checked]:
    for target, name in examined.asked.buckets:
        here, versioned = about(f"bucket {name}", target), examined.targets[target].buckets.get(name)
        if isinstance(versioned, Unknown):
            yield here.unknown(versioned, _READING.format("s3:GetBucketVersioning"))
        elif versioned is None:
            yield here.failed("a selection names it, and it is not there", "correct the name in `resources`")
        elif versioned:
            yield here.ok("it is versioned")
        else:
            on = "aws s3api put-bucket-versioning --bucket {} --versioning-configuration Status=Enabled"
            yield here.failed("it is not versioned: AWS Backup refuses to back it up", on.format(name))


@numbered("D602", "docs/verification.md")
def sandboxes_are_there(examined: Examination) -> Iterator[Checked]:
    for to in sorted({one.vault for one in examined.asked.sandboxes if one.vault}):
        sandbox = next(one for one in examined.asked.sandboxes if one.vault == to)
        here, vault = about(f"sandbox vault {to}", sandbox.place), examined.vaults.get(to, Unknown("it was not read"))
        if isinstance(vault, Unknown):
            yield here.unknown(vault, _READING.format("backup:DescribeBackupVault"))
        elif vault is None:
            name = to.rpartition(":")[2]
            cure = f"aws backup create-backup-vault --backup-vault-name {name} --region {sandbox.place.region}"
            yield here.failed(f"rehearsals of {sandbox.app} are copied into it, and it is not there", cure)
        elif vault.locked:
            cure = "name another vault in verification.sandbox.vault: copies of rehearsals live for days"
            yield here.failed("it is locked, and a lock may refuse copies that live for days", cure)
        else:
            yield here.ok("it is there and has no lock")


@numbered("D603", "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html")
def sandboxes_let_copies_in(examined: Examination) -> Iterator[Checked]:
    across = {(one.vault, one.target.account): one for one in examined.asked.sandboxes if one.vault}
    for (to, account), sandbox in sorted(across.items()):
        vault = examined.vaults.get(to, Unknown("it was not read"))
        if vault is None or sandbox.place.account == account:
            continue
        here = about(f"access policy of {to}", sandbox.place)
        policy = vault if isinstance(vault, Unknown) else vault.policy
        if isinstance(policy, Unknown):
            yield here.unknown(policy, _READING.format("backup:GetBackupVaultAccessPolicy"))
            continue
        lets = lets_account(policy, account, "backup:CopyIntoBackupVault")
        if lets is None:
            yield here.unknown(Unknown(f"whether it lets {account} copy rests on conditions or denials"))
        elif lets:
            yield here.ok(f"it lets {account} copy")
        else:
            cure = f"allow backup:CopyIntoBackupVault to {account} with aws backup put-backup-vault-access-policy"
            yield here.failed(f"it does not let {account} copy", cure)


@numbered("D604", "docs/verification.md")
def networks_are_there(examined: Examination) -> Iterator[Checked]:
    asked = {(one.place, network) for one in examined.asked.sandboxes for network in one.networks}
    for place, network in sorted(asked):
        facts, here = examined.targets.get(place), about(f"network {network}", place)
        found = facts.networks.get(network, Unknown("it was not read")) if facts else Unknown("the region was not read")
        if isinstance(found, Unknown):
            yield here.unknown(found, _READING.format("rds:DescribeDBSubnetGroups and ec2:DescribeSecurityGroups"))
        elif found:
            yield here.ok("databases can be rehearsed in it")
        else:
            yield here.failed("databases are rehearsed in it, and it is not there", "correct verification.sandbox")


RESOURCES = (buckets_are_versioned, sandboxes_are_there, sandboxes_let_copies_in, networks_are_there)
