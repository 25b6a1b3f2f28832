"""Edits of policy files as text, so that comments, order and style of what is not edited stay as they are."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from backup_apps.adapters.bundle_writing import QuotingDumper
from backup_apps.adapters.bundles import collector_at_rest, read_texts
from backup_apps.domain.catalog import Catalog
from backup_apps.domain.patches.places import Edit, Item, Overriding, Scalars
from backup_apps.domain.places import Place
from backup_apps.domain.resolution import Resolution, resolve

_WIDTH = 1 << 20
"""Everything in one line."""


class PolicyTexts(NamedTuple):
    """The files of a bundle, resolved as on a day."""

    texts: Mapping[str, str]
    catalog: Catalog

    def resolve(self, texts: Mapping[str, str]) -> Resolution:
        with collector_at_rest():
            bundle = read_texts(texts)
            return resolve(bundle.files, bundle.findings, self.catalog)

    def edited(self, texts: Mapping[str, str], edit: Edit) -> Mapping[str, str] | None:
        """None where the text is not of a form that can be edited."""
        if isinstance(edit, Overriding):
            spec = edit.spec
            text = with_override(texts[spec.file], spec, {"when": edit.when, "policy": edit.policy})
            return None if text is None else {**texts, spec.file: text}
        if isinstance(edit, Item):
            text = with_item(texts[edit.list.file], edit.list, edit.value)
            return None if text is None else {**texts, edit.list.file: text}
        return _with_scalars(texts, edit)


def _with_scalars(texts: Mapping[str, str], edit: Scalars) -> Mapping[str, str] | None:
    """From the last to the first, so that places stay true."""
    for place, value in sorted(edit.values, key=lambda one: one[0], reverse=True):
        text = with_scalar(texts[place.file], place, value)
        if text is None:
            return None
        texts = {**texts, place.file: text}
    return texts


def with_scalar(text: str, place: Place, value: Any) -> str | None:
    """With another scalar at the place of one."""
    found = (one for one in _nodes(text) if isinstance(one, yaml.ScalarNode) and _is_at(one, place))
    node = next(found, None)
    if node is None:
        return None
    is_quoted = node.style == '"' and isinstance(value, str)
    written = json.dumps(value, ensure_ascii=False) if is_quoted else flow_text(value)
    return _spliced(text, _offset(text, node.start_mark), _offset(text, node.end_mark), written)


def with_item(text: str, place: Place, value: Any) -> str | None:
    """With one more item, the last of the list at a place; an account id stays a text."""
    found = (one for one in _nodes(text) if isinstance(one, yaml.SequenceNode) and _is_at(one, place))
    node = next(found, None)
    if node is None:
        return None
    if node.flow_style:
        return _into_flow(text, node, flow_text(value))
    return _below(text, node, f"{' ' * node.start_mark.column}- {flow_text(value)}") if node.value else None


def with_override(text: str, spec: Place, override: Mapping[str, Any]) -> str | None:
    """With one more override, the last in the `spec` whose key stands at a place."""
    node = next((value for key, value in _pairs(text) if _is_at(key, spec)), None)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        return None
    entries = {key.value: value for key, value in node.value}
    present = entries.get("overrides")
    if present is None:
        return _with_key(text, node, f"overrides: [{flow_text(override)}]", f"- {flow_text(override)}")
    if not isinstance(present, yaml.SequenceNode):
        return None
    if present.flow_style:
        return _into_flow(text, present, flow_text(override))
    return _below(text, present, f"{' ' * present.start_mark.column}- {flow_text(override)}")


def _with_key(text: str, spec: yaml.MappingNode, flow: str, item: str) -> str:
    if spec.flow_style:
        return _into_flow(text, spec, flow)
    indent = " " * spec.start_mark.column
    return _below(text, spec, f"{indent}overrides:\n{indent}  {item}")


def flow_text(value: Any) -> str:
    """A value as YAML in one line."""
    text = yaml.dump(
        value, Dumper=QuotingDumper, sort_keys=False, allow_unicode=True, default_flow_style=True, width=_WIDTH
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _into_flow(text: str, node: yaml.CollectionNode, item: str) -> str:
    """Before the bracket that closes it."""
    end = _offset(text, node.end_mark) - 1
    inside = text[_offset(text, node.start_mark) + 1 : end].rstrip()
    comma = ", " if node.value and not inside.endswith(",") else " " if node.value else ""
    at = end - (len(text[:end]) - len(text[:end].rstrip())) if node.value else end
    return _spliced(text, at, at, f"{comma}{item}")


def _below(text: str, node: yaml.CollectionNode, lines: str) -> str:
    """Behind the last line of a block: what libyaml calls its end lies behind comments that follow it."""
    number = max(_last_line(one) for one in _leaves(node))
    present = text.split("\n")
    return "\n".join([*present[: number + 1], *lines.split("\n"), *present[number + 1 :]])


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        yield node
        return
    parts = (part for pair in node.value for part in pair) if isinstance(node, yaml.MappingNode) else node.value
    for part in parts:
        yield from _leaves(part)


def _last_line(node: yaml.Node) -> int:
    """Text in blocks (`|`, `>`) ends at the beginning of the next line, an empty value where its key does."""
    ends_before = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return int(node.end_mark.line) - (1 if ends_before else 0)


def _pairs(text: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    return (pair for node in _nodes(text) if isinstance(node, yaml.MappingNode) for pair in node.value)


def _nodes(text: str) -> Iterator[yaml.Node]:
    """Each once, whatever aliases lead to it."""
    seen: set[int] = set()
    pending = [node for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None]
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if isinstance(node, yaml.CollectionNode):
                parts = node.value
                pending += [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]


def _is_at(node: yaml.Node, place: Place) -> bool:
    return (node.start_mark.line + 1, node.start_mark.column + 1) == (place.line, place.column)


def _offset(text: str, mark: Any) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: mark.line]) + int(mark.column)


def _spliced(text: str, start: int, end: int, inserted: str) -> str:
    return text[:start] + inserted + text[end:]
