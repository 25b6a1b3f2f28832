"""Variables: `${name}` in a value, strings all of them, resolved for one leaf and target.

`$${` writes a literal `${`. A variable may use others, never in a circle, and never takes the name of a built-in one.
"""

import re
from collections.abc import Callable, Mapping

from backup_apps.domain.inheritance import Merged, MergedMapping, MergedScalar
from backup_apps.domain.places import Finding, Path, Place, finding

BUILT_IN = ("account", "app", "bundle", "region")

_REFERENCE = re.compile(r"\$\$\{|\$\{([^${}]*)\}|\$\{")


class UnknownVariableError(ValueError):
    """A reference that cannot be resolved; its message says why."""


def substitute(text: str, lookup: Callable[[str], str]) -> str:
    """The text with every variable replaced. Raises UnknownVariableError."""
    if "${" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        if match.group() == "$${":
            return "${"
        if not match.group(1):
            raise UnknownVariableError(f"'{text}' holds '${{' without a name and '}}'; write $${{ for a literal ${{")
        return lookup(match.group(1))

    return _REFERENCE.sub(replace, text)


class Scope:
    """The variables of one leaf on one target, each resolved when first used."""

    def __init__(self, built_in: Mapping[str, str], written: Mapping[str, str]) -> None:
        self._values = dict(built_in)
        self._written = written
        self._open: list[str] = []

    def __getitem__(self, name: str) -> str:
        """The value. Raises UnknownVariableError."""
        if name not in self._values:
            self._values[name] = self._resolve(name)
        return self._values[name]

    def substitute(self, text: str) -> str:
        return substitute(text, self.__getitem__)

    def _resolve(self, name: str) -> str:
        if name in self._open:
            circle = " -> ".join([*self._open[self._open.index(name) :], name])
            raise UnknownVariableError(f"the variables {circle} go in a circle")
        if name not in self._written:
            known = ", ".join(sorted({*BUILT_IN, *self._written}))
            raise UnknownVariableError(f"unknown variable '{name}'; known here: {known}")
        self._open.append(name)
        try:
            return self.substitute(self._written[name])
        finally:
            self._open.pop()


def written_variables(merged: Merged | None) -> dict[str, str]:
    """Names and texts of `spec.variables` of an app, inherited ones included."""
    if not isinstance(merged, MergedMapping):
        return {}
    return {
        name: value.value
        for name, value in merged.entries.items()
        if isinstance(value, MergedScalar) and isinstance(value.value, str)
    }


def redefined(name: str, place: Place, path: Path) -> Finding | None:
    """A built-in variable may not be written."""
    if name not in BUILT_IN:
        return None
    return finding(place, path, f"'{name}' is built in and cannot be redefined; choose another name")
