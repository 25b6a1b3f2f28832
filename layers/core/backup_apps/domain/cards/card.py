"""The card of an incident, and the message that it becomes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from backup_apps.domain.alerts import MESSAGE_LIMIT, Alert, Attributes, one_line_subject
from backup_apps.domain.cards.context import About, Context
from backup_apps.domain.cards.layout import Parts, laid_out
from backup_apps.domain.cards.severity import Severity
from backup_apps.domain.normal_form import fingerprint

_DIGITS = 16
_NOTHING = Context()


class Card(NamedTuple):
    """What is told of one incident. What is known around it is added when it is told."""

    type: str
    severity: Severity
    bundle: str
    subject: str
    head: tuple[str, ...]
    """What broke, and the plain cause."""
    next: tuple[str, ...]
    """The commands to run, the first one now."""
    document: Mapping[str, Any]
    """For machines: the facts of this kind of incident."""
    about: tuple[About, ...] = ()
    """Each app and target that it reached, the first one above all."""
    blocks: tuple[Sequence[str], ...] = ()
    """Details, the most important first."""
    omitted: int = 0
    """Details that are left out already."""
    bulk: str = ""
    """The list in `document` that may be very long: as much of it as fits is sent."""
    remarks: tuple[str, ...] = ()
    """What to know when running them."""
    around: tuple[str, ...] = ()
    """What this kind of incident tells itself of what its context tells else."""

    def alert(self, context: Context = _NOTHING) -> Alert:
        """As much as an SNS message holds."""
        whole = self._alert(context)
        listed = self.document.get(self.bulk) if self.bulk else None
        if not listed or _fits(whole):
            return self._fitting(whole)

        def with_first(count: int) -> Alert:
            left = self.document.get("omitted", 0) + len(listed) - count
            return whole._replace(document={**whole.document, self.bulk: listed[:count], "omitted": left})

        counts = range(len(listed) + 1)
        fitting = bisect_right(counts, MESSAGE_LIMIT, key=lambda count: len(with_first(count).message.encode()))
        return self._fitting(with_first(max(fitting - 1, 0)))

    def _alert(self, context: Context) -> Alert:
        known = {"severity": self.severity.value, "context": context.to_json(), "next": list(self.next)}
        return Alert(
            subject=one_line_subject(self.subject),
            text=self._text(context),
            document={**self.document, "type": self.type, "bundle": self.bundle, **known},
            severity=self.severity.value,
            bundle=self.bundle,
            attributes=self._attributes,
            topics=context.topics,
            said=fingerprint(self.document, _DIGITS),
        )

    def _fitting(self, alert: Alert) -> Alert:
        """Only names of thousands of bytes exceed a message by now: machines get what a person gets, then."""
        if _fits(alert):
            return alert
        kept = {name: alert.document[name] for name in ("type", "severity")}
        return alert._replace(document={**kept, "is_cut": True})

    def _text(self, context: Context) -> str:
        foot = [f"Next: {self.next[0]}", *(f"      {one}" for one in self.next[1:]), *self.remarks]
        return laid_out(Parts(self._head(), self.blocks, self.omitted, (*self.around, *context.lines()), foot))

    def _head(self) -> tuple[str, ...]:
        return (*self.head, *([f"Where: {self._where}"] if self._where else []))

    @property
    def _where(self) -> str:
        first = self.about[0] if self.about else About()
        words = [first.resource, first.app and f"app {first.app}", first.place]
        more = f" and {len(self.about) - 1} more" if len(self.about) > 1 else ""
        said = ", ".join(word for word in words if word)
        return f"{said}{more}" if said else ""

    @property
    def _attributes(self) -> Attributes:
        return {
            "severity": (self.severity.value,),
            "type": (self.type,),
            "bundle": (self.bundle,),
            "app": tuple(sorted({one.app for one in self.about if one.app})),
            "account": tuple(sorted({one.account for one in self.about if one.account})),
            "region": tuple(sorted({one.region for one in self.about if one.region})),
        }


def _fits(alert: Alert) -> bool:
    return len(alert.message.encode()) <= MESSAGE_LIMIT
