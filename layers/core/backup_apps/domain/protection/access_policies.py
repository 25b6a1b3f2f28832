"""A vault's access policy before and after, statement by statement.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.protection.rule import Verdict, numbered

Statement = Mapping[str, Any]

COPY_INTO = "backup:CopyIntoBackupVault"
_HARMFUL = ("backup:Delete", "backup:Disassociate", "backup:PutBackupVault", "backup:UpdateRecoveryPoint")
"""Beginnings of the actions that nobody needs for backing up, copying or restoring: to deny them is safe."""


class AccessChange(NamedTuple):
    """Policies in normal form (`normal_form.access_policy`); None for a vault without one."""

    vault: str
    before: Any
    after: Any

    @property
    def gone(self) -> list[Statement]:
        return _only(self.before, self.after)

    @property
    def come(self) -> list[Statement]:
        return _only(self.after, self.before)


@numbered("C330", "a denial comes (strengthens; weakens if it may stop backups), goes or gets narrower (weakens)")
def denials(change: AccessChange) -> Iterator[Verdict]:
    gone, come = (_of("Deny", listed) for listed in (change.gone, change.come))
    for old in gone:
        if not any(_says_as_much(new, old) for new in come):
            yield Class.WEAKENS, f"vault {change.vault} no longer denies {_told(old)}"
    for new in come:
        if not all(action.startswith(_HARMFUL) for action in _actions(new) or ("*",)):
            yield Class.WEAKENS, f"vault {change.vault} denies {_told(new)}, which backups, copies or restores may need"
        elif not any(_says_as_much(old, new) for old in gone):
            yield Class.STRENGTHENS, f"vault {change.vault} denies {_told(new)}"


@numbered("C331", "a permission comes or allows more (weakens) or goes (strengthens; weakens if copies may rest on it)")
def permissions(change: AccessChange) -> Iterator[Verdict]:
    gone, come = (_of("Allow", listed) for listed in (change.gone, change.come))
    for new in come:
        if not any(_says_as_much(old, new) for old in gone):
            yield Class.WEAKENS, f"vault {change.vault} allows {_told(new)}"
    for old in gone:
        if any(_says_as_much(new, old) for new in come):
            continue
        yield Class.STRENGTHENS, f"vault {change.vault} no longer allows all of: {_told(old)}"
        if _takes_copies(old) and not any(_rest(new) == _rest(old) and _takes_copies(new) for new in come):
            yield Class.WEAKENS, f"copies into vault {change.vault} that rest on {_told(old)} are refused"


@numbered("C332", "an access policy can't be compared (weakens), or only names its statements otherwise (neutral)")
def unknown_statement(change: AccessChange) -> Iterator[Verdict]:
    strange = [one for one in (*change.gone, *change.come) if one.get("Effect") not in ("Allow", "Deny")]
    heads = [_head(side) for side in (change.before, change.after) if side is not None]
    if strange or any(head != heads[0] for head in heads):
        yield Class.WEAKENS, f"the access policy of vault {change.vault} can't be compared with what it was"
    elif not change.gone and not change.come:
        yield Class.NEUTRAL, f"the access policy of vault {change.vault} says the same in other words"


ACCESS_POLICY_RULES = (denials, permissions, unknown_statement)


def _of(effect: str, statements: Iterable[Statement]) -> list[Statement]:
    return [one for one in statements if one.get("Effect") == effect]


def _says_as_much(wide: Statement, narrow: Statement) -> bool:
    """Whether one statement says all that another does: it differs in its actions alone, and names all of those."""
    named = _actions(wide), _actions(narrow)
    return _rest(wide) == _rest(narrow) and bool(named[1]) and set(named[0]) >= set(named[1])


def _takes_copies(statement: Statement) -> bool:
    """Whether it is about copying into the vault; a statement that says what it is not about may be."""
    return any(fnmatchcase(COPY_INTO, action) for action in _actions(statement) or ("*",))


def _actions(statement: Statement) -> tuple[str, ...]:
    """Empty where the statement says what it is not about."""
    named = statement.get("Action", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _rest(statement: Statement) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key not in ("Sid", "Action")}


def _told(statement: Statement) -> str:
    """`backup:DeleteRecoveryPoint to *`, with what qualifies it."""
    actions = ", ".join(_actions(statement)) or f"everything but {_plain(statement.get('NotAction'))}"
    principal = statement.get("Principal")
    whom = _plain(principal.get("AWS", principal) if isinstance(principal, Mapping) else principal)
    whom = whom if principal is not None else f"everybody but {_plain(statement.get('NotPrincipal'))}"
    condition = f" if {canonical_json(statement['Condition'])}" if "Condition" in statement else ""
    return f"{actions} to {whom}{condition}"


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return value if isinstance(value, str) else canonical_json(value)


def _statements(policy: Any) -> list[Statement]:
    found = policy.get("Statement", ()) if isinstance(policy, Mapping) else ()
    return [found] if isinstance(found, Mapping) else list(found)


def _only(policy: Any, other: Any) -> list[Statement]:
    """The statements of one that the other has not, whatever they are called."""
    there = {canonical_json(_without_name(one)) for one in _statements(other)}
    return [one for one in _statements(policy) if canonical_json(_without_name(one)) not in there]


def _without_name(statement: Statement) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _head(policy: Any) -> Any:
    """All but the statements and the policy's name."""
    if not isinstance(policy, Mapping):
        return policy
    return {key: value for key, value in policy.items() if key not in ("Statement", "Id")}
