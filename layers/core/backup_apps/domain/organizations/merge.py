"""How the policies along the path from the root to an account merge into one.

The policies of one target are peers, in order of attachment. At each level and setting, with the operators that the
levels above allow: the first peer's `@@assign` wins, then every peer's `@@append`, then every peer's `@@remove`. Only
then do the peers' own controls narrow what the levels below may do, and nobody can widen it again.

Open points, settled as AWS documents them, where its behaviour is not known:
- A control on a setting that holds others says whether children may add new ones there. AWS's examples allow that by
  `@@append` and forbid it by `@@none`; here `@@assign`, which adds what is not inherited, allows it as well. It
  does not reach further down: what is inherited below can still be changed unless it is locked itself.
- Names are shown in lower case.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from backup_apps.domain.operators import APPEND, ASSIGN, REMOVE
from backup_apps.domain.organizations.policy import EVERY_OPERATOR, Setting, Value


class Contribution(NamedTuple):
    """What one policy writes at a setting."""

    policy: str
    setting: Setting


class Inherited(NamedTuple):
    """A setting as the levels so far make it. Absent is None, which an empty list is not."""

    value: Value | None = None
    policies: tuple[str, ...] = ()
    """Those that made the value."""
    allowed: frozenset[str] = EVERY_OPERATOR
    children: Mapping[str, "Inherited"] = {}

    @property
    def is_empty(self) -> bool:
        """Nothing is set here or below: it is not part of the effective policy."""
        return self.value is None and all(child.is_empty for child in self.children.values())


NOT_INHERITED = Inherited()


def merge(levels: Iterable[Sequence[Contribution]]) -> Inherited:
    """The levels from the root to the account, without what is empty."""
    return _pruned(reduce(inherit, levels, NOT_INHERITED))


def inherit(above: Inherited, peers: Sequence[Contribution]) -> Inherited:
    """One level more."""
    value, policies = _value(above, peers)
    return Inherited(
        value,
        policies,
        above.allowed.intersection(*(peer.setting.allowed for peer in peers)),
        _children(above, peers),
    )


def _value(above: Inherited, peers: Sequence[Contribution]) -> tuple[Value | None, tuple[str, ...]]:
    value, policies = above.value, above.policies
    assigning = [peer for peer in peers if peer.setting.assign is not None]
    if assigning and ASSIGN in above.allowed:
        value, policies = assigning[0].setting.assign, (assigning[0].policy,)
    for peer in peers if APPEND in above.allowed else ():
        if peer.setting.append is not None:
            value, policies = _changed(value, _union(value, peer.setting.append), policies, peer.policy)
    for peer in peers if REMOVE in above.allowed else ():
        if peer.setting.remove is not None and isinstance(value, tuple):
            kept = tuple(item for item in value if item not in peer.setting.remove)
            value, policies = _changed(value, kept, policies, peer.policy)
    return value, policies


def _union(value: Value | None, more: tuple[str, ...]) -> tuple[str, ...]:
    """In order, what is there already only once."""
    listed = value if isinstance(value, tuple) else ()
    return (*listed, *(item for item in dict.fromkeys(more) if item not in listed))


def _changed(
    before: Value | None, after: Value, policies: tuple[str, ...], policy: str
) -> tuple[Value, tuple[str, ...]]:
    made = after != before and policy not in policies
    return after, (*policies, policy) if made else policies


def _children(above: Inherited, peers: Sequence[Contribution]) -> dict[str, Inherited]:
    children = dict(above.children)
    for key in dict.fromkeys(key for peer in peers for key in peer.setting.children):
        inherited = above.children.get(key, NOT_INHERITED)
        if above.allowed & {ASSIGN, APPEND} or not inherited.is_empty:
            writing = [peer for peer in peers if key in peer.setting.children]
            below = [Contribution(peer.policy, peer.setting.children[key]) for peer in writing]
            children[key] = inherit(inherited, below)
    return children


def _pruned(setting: Inherited) -> Inherited:
    kept = {key: _pruned(child) for key, child in sorted(setting.children.items()) if not child.is_empty}
    return setting._replace(children=kept)


def to_document(setting: Inherited) -> Any:
    """The settings as JSON."""
    if setting.value is not None:
        return list(setting.value) if isinstance(setting.value, tuple) else setting.value
    return {key: to_document(child) for key, child in setting.children.items()}
