"""The edit of the policy files that adopts what drifted and is to stay: each edit is tried before it is offered.

An edit is taken only if the bundle is valid with it, asks for what is live, and asks for nothing else that is not live
either: so no other target and no other app is changed on the way.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from backup_apps.domain.drift.findings import Direction, Finding
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.patches.facts import Facts, facts_of, moved, wanted_by
from backup_apps.domain.patches.offers import Adopted, Left, Offer
from backup_apps.domain.patches.places import Edit, edits, leaf_of, where
from backup_apps.domain.patches.wording import NoWordsError, Words, words_of
from backup_apps.domain.resolution import Resolution
from backup_apps.ports.bundles import PolicySource

Texts = Mapping[str, str]


class _Draft(NamedTuple):
    """The files so far, and what they resolve to."""

    texts: Texts
    resolution: Resolution
    facts: Facts


def is_offered(finding: Finding) -> bool:
    """What weakens is put back and not adopted."""
    return finding.is_open and finding.direction is not Direction.WEAKENS


def offer_patch(source: PolicySource, findings: Iterable[Finding]) -> Offer:
    """Of the version that is in `source`, for those of the findings that are offered one."""
    offered = [one for one in findings if is_offered(one)]
    first = _draft(source, source.texts)
    if first is None:
        return Offer(source.texts, source.texts, (), tuple(Left(one, _INVALID) for one in offered))
    wanted = {fact: value for one in offered for fact, value in wanted_by(one).items()}
    draft, adopted, left = first, list[Finding](), [Left(one, "") for one in offered]
    while True:  # one may be valid only with another
        draft, done, left = _round(source, draft, [one.finding for one in left], wanted)
        adopted += done
        if not done:
            return Offer(source.texts, draft.texts, tuple(_adopted(first, one) for one in adopted), tuple(left))


def _round(
    source: PolicySource, draft: _Draft, findings: Iterable[Finding], wanted: Facts
) -> tuple[_Draft, list[Finding], list[Left]]:
    adopted: list[Finding] = []
    left: list[Left] = []
    for finding in findings:
        try:
            draft = _adopt(source, draft, finding, wanted)
            adopted.append(finding)
        except NoWordsError as error:
            left.append(Left(finding, str(error)))
    return draft, adopted, left


def _adopted(first: _Draft, finding: Finding) -> Adopted:
    return Adopted(finding, where(*_said(first.resolution, finding)), finding.desired, finding.live)


_INVALID = "the version that was synced is not valid any more: run backup-apps validate on it"
_NOWHERE = "no edit of one place adopts it without changing something else; write it by hand"


def _draft(source: PolicySource, texts: Texts) -> _Draft | None:
    resolution = source.resolve(texts)
    return _Draft(texts, resolution, facts_of(resolution.state)) if resolution.state else None


def _adopt(source: PolicySource, draft: _Draft, finding: Finding, wanted: Facts) -> _Draft:
    asked = wanted_by(finding)
    if asked and all(draft.facts.get(fact) == value for fact, value in asked.items()):
        return draft  # what an edit for another target says already
    leaf, words = _said(draft.resolution, finding)
    for edit in edits(leaf, words):
        after = _tried(source, draft, edit)
        if after and _adopts(draft.facts, after.facts, asked, wanted):
            return after
    raise NoWordsError(_NOWHERE)


def _said(resolution: Resolution, finding: Finding) -> tuple[Leaf, Words]:
    leaf = leaf_of(resolution, finding)
    if leaf is None or leaf.effective.policy is None:
        raise NoWordsError("no app of the bundle says it there; write it by hand")
    words = words_of(finding, leaf.app.name, leaf.effective.policy)
    if not words:
        raise NoWordsError(_NOWHERE)
    return leaf, words


def _tried(source: PolicySource, draft: _Draft, edit: Edit) -> _Draft | None:
    texts = source.edited(draft.texts, edit)
    return _draft(source, texts) if texts is not None else None


def _adopts(before: Facts, after: Facts, asked: Facts, wanted: Facts) -> bool:
    """Whether all that is asked is there, and whatever moved is wanted."""
    reached = bool(asked) and all(after.get(fact) == value for fact, value in asked.items())
    return reached and all(fact in wanted and wanted[fact] == value for fact, value in moved(before, after))
