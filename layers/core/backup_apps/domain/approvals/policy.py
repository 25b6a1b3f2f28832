"""The approval policy: who may approve, who a pipeline's actor is, what goes ahead by itself. Set at deployment.

docs/approval.md describes it for those who write one.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from backup_apps.domain.protection.classes import Class
from backup_apps.domain.provenance.record import Provenance

SSO_PATH = "/aws-reserved/sso.amazonaws.com/"
"""The path of roles that IAM Identity Center makes, and nobody else can.

https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
"""

_ROLE = re.compile(rf"arn:aws:iam::[0-9]{{12}}:role{re.escape(SSO_PATH)}(([a-z0-9-]+|\*)/)?AWSReservedSSO_[\w+=,.@*-]+")


class PolicyError(ValueError):
    """The approval policy is wrong; the message says all that is."""


def _sso_role(arn: str) -> str:
    if not _ROLE.fullmatch(arn):
        raise ValueError(
            f"'{arn}' is not a role of IAM Identity Center; write arn:aws:iam::<hub account>:role{SSO_PATH}"
            "<region>/AWSReservedSSO_<permission set>_*"
        )
    return arn


def _by_itself(name: str) -> Class:
    try:
        found = Class(name)
    except ValueError:
        found = Class.WEAKENS
    if found.needs_a_person:
        raise ValueError(f"'{name}' can't go ahead by itself; strengthens and neutral can")
    return found


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Actor(_Setting):
    """Who of IAM Identity Center acts through a pipeline. Patterns take * as wildcard."""

    issuer: str
    subject: str = "*"
    actor: str = "*"
    """The person whom the issuer names, as GitHub does."""
    user: str = Field(min_length=1)
    """The user name of IAM Identity Center: the session name of approver roles."""

    def is_behind(self, provenance: Provenance) -> bool:
        return (
            self.issuer == provenance.issuer
            and fnmatchcase(provenance.subject, self.subject)
            and (self.actor == "*" or self.actor == provenance.actor)
        )


class ApprovalPolicy(_Setting):
    """What a deployment lets pass, and whom it asks."""

    approver_roles: tuple[Annotated[str, AfterValidator(_sso_role)], ...] = Field(default=(), alias="approverRoles")
    actors: tuple[Actor, ...] = ()
    by_itself: tuple[Annotated[str, AfterValidator(_by_itself)], ...] = Field(
        default=(Class.STRENGTHENS, Class.NEUTRAL), alias="byItself"
    )
    """The classes that need nobody."""

    def goes_ahead(self, class_: Class) -> bool:
        return class_ in self.by_itself

    def user_behind(self, provenance: Provenance | None) -> str | None:
        """The person who proposed a version; None where nobody can tell."""
        found = (one.user for one in self.actors if provenance and one.is_behind(provenance))
        return next(found, None)

    def is_approver(self, role: str) -> bool:
        """Whether a role, by its ARN, is one of the configured; the pattern's * stands for no slash."""
        return any(_fits(role, pattern) for pattern in self.approver_roles)


def read_approval_policy(text: str) -> ApprovalPolicy:
    """The policy in a deployment's setting. Raises PolicyError."""
    try:
        return ApprovalPolicy.model_validate(json.loads(text))
    except ValidationError as error:
        raise PolicyError("; ".join(_problem(one) for one in error.errors(include_url=False))) from error
    except ValueError as error:
        raise PolicyError(f"not JSON: {error}") from error


def _problem(error: object) -> str:
    assert isinstance(error, dict)
    where = ".".join(str(part) for part in error["loc"])
    return f"{where + ': ' if where else ''}{str(error['msg']).removeprefix('Value error, ')}"


def _fits(role: str, pattern: str) -> bool:
    return fnmatchcase(role, pattern) and role.count("/") == pattern.count("/")
