"""The one place that touches MiniStack's private API: what it takes to run our AWS Backup service in it, and to close
those gaps between MiniStack and AWS on which the product, and the proof of its least privilege, depend. Any of it may
move, so the version is exact.

iam        what IAM decides is recorded, for every service; roles in the hands of AWS services are decided too
backup     AWS Backup is ours, authorised on real ARNs, tags and iam:PassRole; the tagging API reads its tags; what it
           tells, backup_events put on the bus of the account and region where it happened
objects    a write to S3 under lock needs its permission; a policy may ask for conditional writes
function_urls  a function behind a URL is told who calls
key_events calls that change a key, as CloudTrail tells of them
volumes    the key that a volume is encrypted with
sts        a session's tags and source identity need permissions of their own; the identity stays with it
events     rules reach event buses of other accounts and regions
deliveries events to functions: who is let in, what happens to a failure
workflows  a state machine's own role, the names of Python exceptions
membership the hub's organization has members; permissions are of its root, units and accounts
runtime    functions find the SDK, their code and their layers, and nothing else that is installed here
templates  pseudo parameters in conditions, an event bus's policy, a bucket's Object Lock, YAML definitions

Known to be MiniStack's own still: AWS::Backup resources in templates go to its AWS Backup, which nothing else sees.
"""

from importlib.metadata import version

from backup_apps_local.backup.service import BackupService
from backup_apps_local.decisions import DecisionLog

MINISTACK_VERSION = "1.5.33"


def require_version(installed: str) -> None:
    if installed != MINISTACK_VERSION:
        raise RuntimeError(f"this joint fits MiniStack {MINISTACK_VERSION}, and {installed} is installed")


def install(backup: BackupService, decisions: DecisionLog) -> None:
    """Puts our parts into the MiniStack of this process; once a process."""
    require_version(version("ministack"))
    from backup_apps_local.ministack_joint import backup as backup_gate
    from backup_apps_local.ministack_joint import (
        backup_events,
        deliveries,
        events,
        function_urls,
        iam,
        key_events,
        membership,
        objects,
        runtime,
        sts,
        templates,
        volumes,
        workflows,
    )

    authority = iam.Authority(decisions)
    authority.install()
    backup_gate.BackupGate(backup, authority).install()
    backup_events.BackupEvents(backup).install()
    objects.Objects().install()
    key_events.KeyEvents(backup).install()
    function_urls.FunctionUrls().install()
    sts.SessionGate(authority).install()
    events.BusGate(authority).install()
    deliveries.Deliveries(authority).install()
    workflows.Workflows(authority).install()
    membership.Membership().install()
    templates.Templates().install()
    volumes.Volumes().install()
    runtime.install()
