"""Roles of a member account: those that the hub assumes, and those that AWS Backup does."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from backup_apps.domain.doctor.asked import AskedRole
from backup_apps.domain.doctor.check import About, Checked, State, about, numbered
from backup_apps.domain.doctor.deployment import ASSUMED_BY, ASSUMED_BY_AWS, PLAN_ROLE
from backup_apps.domain.doctor.facts import AccountFacts, Examination, Known, Refused, Role, Unknown
from backup_apps.domain.doctor.trust import external_ids, lets_service

MEMBER_STACK = "deploy member.yaml of this release in the account's home region (docs/deploy.md)"
_TRUST = "aws iam update-assume-role-policy, with the functions of the hub by their ARNs"
_BACKUP, _TESTING = "backup.amazonaws.com", "restore-testing.backup.amazonaws.com"
_READING = "name a role of the account that may iam:GetRole: --role NAME"


@numbered("D201", "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html")
def hub_roles_trust_the_hub(examined: Examination) -> Iterator[Checked]:
    for account, facts in sorted(examined.accounts.items()):
        if account not in examined.asked.accounts:
            continue
        plan = _external_ids(examined, facts, PLAN_ROLE)
        for name in ASSUMED_BY:
            here, own = About(f"role {name}", account), _external_ids(examined, facts, name)
            found = _assumed(here, facts.roles.get(name, Unknown("it was not read")), own)
            if found.state is State.OK and plan and set().union(*own.values()) != set().union(*plan.values()):
                message = f"it asks for another external id than {PLAN_ROLE}, which the hub tries (D202)"
                found = here.failed(message, MEMBER_STACK)
            yield found


def _external_ids(examined: Examination, facts: AccountFacts, name: str) -> dict[str, frozenset[str]]:
    """By the role of the hub that is to assume it; empty for a role that is not known."""
    role = facts.roles.get(name)
    if not isinstance(role, Role):
        return {}
    return {
        one: external_ids(role.trust, one) for one in (_hub_role(examined, function) for function in ASSUMED_BY[name])
    }


def _hub_role(examined: Examination, function: str) -> str:
    return f"arn:aws:iam::{examined.hub.place.account}:role/{examined.hub.name}-{function}"


def _assumed(here: About, role: Known[Role | None], asked: Mapping[str, frozenset[str]]) -> Checked:
    if isinstance(role, Unknown):
        return here.unknown(role, _READING)
    if role is None:
        return here.failed("the role is not there: the hub can't work in this account", MEMBER_STACK)
    distrusted = sorted(one for one, identities in asked.items() if not identities)
    if distrusted:
        return here.failed(
            f"it does not trust {', '.join(distrusted)}; a role that was made anew has to be trusted anew",
            f"{MEMBER_STACK}; where CloudFormation sees no change in it: {_TRUST}",
        )
    if any("" in identities for identities in asked.values()):
        return here.failed("it can be assumed without an external id", MEMBER_STACK)
    return here.ok("it trusts the functions of the hub that need it, with an external id")


@numbered("D202", "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html")
def hub_reads_the_target(examined: Examination) -> Iterator[Checked]:
    """Asked of the hub itself, which alone knows the external id."""
    for target, facts in sorted(examined.targets.items()):
        here = about("role backup-apps-plan, assumed by the hub", target)
        if target not in examined.asked.targets:
            continue
        if isinstance(facts.hub_reads, Unknown):
            yield here.unknown(facts.hub_reads, "run it as somebody who may lambda:InvokeFunction on <hub>-diff-target")
        elif isinstance(facts.hub_reads, Refused):
            cure = "update the member stack with ExternalId=<MemberExternalId of the hub> and HubName, HubAccount of it"
            yield here.failed(f"the hub can't read this target: {facts.hub_reads.why}", cure)
        else:
            yield here.ok("the hub read the target with its external id")


@numbered("D203", "https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html")
def roles_of_the_stack_trust_aws(examined: Examination) -> Iterator[Checked]:
    for account in examined.asked.accounts:
        for name, service in ASSUMED_BY_AWS.items():
            yield _trusting(examined, AskedRole(account, name, name), service, MEMBER_STACK)


@numbered("D204", "https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html")
def named_roles_trust_aws_backup(examined: Examination) -> Iterator[Checked]:
    for role in examined.asked.roles:
        yield _trusting(examined, role, _BACKUP, _trust_cure(role.name, _BACKUP))


@numbered("D205", "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html")
def testing_roles_trust_restore_testing(examined: Examination) -> Iterator[Checked]:
    for role in examined.asked.testing_roles:
        yield _trusting(examined, role, _TESTING, _trust_cure(role.name, _TESTING))


def _trusting(examined: Examination, asked: AskedRole, service: str, cure: str) -> Checked:
    here, role = About(f"role {asked.name}", asked.account), _role(examined, asked)
    if isinstance(role, Unknown):
        return here.unknown(role, _READING)
    if role is None:
        missing = f"the role is not there, and {service} is to assume it"
        made = f"aws iam create-role --role-name {asked.name} --assume-role-policy-document file://trust.json"
        return here.failed(missing, cure if asked.name in ASSUMED_BY_AWS else made)
    if not lets_service(role.trust, service):
        return here.failed(f"its trust policy does not let {service} assume it", cure)
    return here.ok(f"{service} may assume it")


def _role(examined: Examination, asked: AskedRole) -> Known[Role | None]:
    facts = examined.accounts.get(asked.account)
    return facts.roles.get(asked.name, Unknown("it was not read")) if facts else Unknown("the account was not read")


@numbered("D206", "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html")
def named_roles_can_be_passed(examined: Examination) -> Iterator[Checked]:
    for asked in examined.asked.roles:
        here, facts = About(f"role {asked.name}", asked.account), examined.accounts.get(asked.account)
        passable = facts.passable if facts else Unknown("the account was not read")
        if isinstance(passable, Unknown):
            yield here.unknown(passable, _READING)
        elif any(fnmatchcase(asked.arn, pattern) for pattern in passable):
            yield here.ok("the sync role may hand it to AWS Backup")
        else:
            path = asked.arn.partition(":role/")[2]
            message = f"the sync role may not hand it to AWS Backup; it may {', '.join(passable)}"
            yield here.failed(message, f"update the member stack with PassableRoles=…,{path}")


def _trust_cure(name: str, service: str) -> str:
    """The statement that is to be there; a role's trust policy is replaced as a whole."""
    statement = f'{{"Effect": "Allow", "Principal": {{"Service": "{service}"}}, "Action": "sts:AssumeRole"}}'
    return (
        f"add {statement} with aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json"
    )


ACCOUNTS = (
    hub_roles_trust_the_hub,
    hub_reads_the_target,
    roles_of_the_stack_trust_aws,
    named_roles_trust_aws_backup,
    testing_roles_trust_restore_testing,
    named_roles_can_be_passed,
)
