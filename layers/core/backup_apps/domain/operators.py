"""The inheritance operators, as in AWS Organizations management policies.

https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
"""

from collections.abc import Iterator

from backup_apps.domain.nodes import Broken, Mapping, Node, Scalar, Sequence, plain
from backup_apps.domain.places import Finding, Path, finding

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
CONTROL = "@@operators_allowed_for_child_policies"
VALUE_OPERATORS = (ASSIGN, APPEND, REMOVE)
"""In the order in which they apply, whatever the order in which they are written."""
OPERATORS = (*VALUE_OPERATORS, CONTROL)

ALL, NONE = "@@all", "@@none"
_CONTROL_WORDS = (ALL, NONE, *VALUE_OPERATORS)


def has_operators(node: Mapping) -> bool:
    """Whether any key of a mapping is an operator, known or not."""
    return not node.is_plain and any(key.startswith("@@") for key in node.entries)


def refuse_control(node: Node, path: Path) -> Iterator[Finding]:
    """What is wrong with the value of a control."""
    if isinstance(node, Broken):
        return
    words = f"a list of {', '.join(_CONTROL_WORDS)}"
    if not isinstance(node, Sequence) or not node.items:
        yield finding(node.place, path, f"must be {words}")
        return
    values = [item.value if isinstance(item, Scalar) else None for item in node.items]
    for item, value in zip(node.items, values, strict=True):
        if value not in _CONTROL_WORDS and not isinstance(item, Broken):
            yield finding(item.place, path, f"must be {words}")
    if NONE in values and len(values) > 1:
        yield finding(node.place, path, f"{NONE} allows nothing and stands alone")
    elif len(set(values)) < len(values):
        yield finding(node.place, path, "an operator stands twice; write each once")


def allowed_by(node: Node) -> frozenset[str]:
    """The operators that a control leaves to children."""
    words = (
        {str(item.value) for item in node.items if isinstance(item, Scalar)} if isinstance(node, Sequence) else set()
    )
    return frozenset(VALUE_OPERATORS) if ALL in words else frozenset(words & set(VALUE_OPERATORS))


def _union(present: tuple[Node, ...], added: tuple[Node, ...]) -> tuple[Node, ...]:
    """The items in order, each once."""
    seen = [plain(item) for item in present]
    result = list(present)
    for item in added:
        if plain(item) not in seen:
            seen.append(plain(item))
            result.append(item)
    return tuple(result)


def _difference(present: tuple[Node, ...], taken: tuple[Node, ...]) -> tuple[Node, ...]:
    gone = [plain(item) for item in taken]
    return tuple(item for item in present if plain(item) not in gone)


LIST_OPERATIONS = {ASSIGN: lambda _present, assigned: assigned, APPEND: _union, REMOVE: _difference}
