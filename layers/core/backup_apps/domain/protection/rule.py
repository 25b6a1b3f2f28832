"""A rule of judgement: numbered, small, about one kind of change; it yields what it sees, a class and a sentence."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from backup_apps.domain.protection.classes import Class, Reason

Subject = TypeVar("Subject")
Verdict = tuple[Class, str]


class Rule(NamedTuple, Generic[Subject]):
    """What the documentation calls it, and what it sees in a change."""

    number: str
    title: str
    judge: Callable[[Subject], Iterator[Verdict]]

    def reasons(self, subject: Subject) -> Iterator[Reason]:
        """On one line each, whatever stands in the values that they quote."""
        for class_, message in self.judge(subject):
            yield Reason(self.number, class_, " ".join(message.split()))


def numbered(number: str, title: str) -> Callable[[Callable[[Subject], Iterator[Verdict]]], Rule[Subject]]:
    """Make a function a rule; `title` says when it speaks."""

    def rule(judge: Callable[[Subject], Iterator[Verdict]]) -> Rule[Subject]:
        return Rule(number, title, judge)

    return rule


def reasons_of(rules: Iterable[Rule[Subject]], subject: Subject) -> Iterator[Reason]:
    """Everything that any of the rules sees."""
    for rule in rules:
        yield from rule.reasons(subject)
