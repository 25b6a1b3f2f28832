"""What holds for every card, whatever the names and texts are that came in."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backup_apps.domain.alerts import SUBJECT_LIMIT, Alert
from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import Context
from backup_apps.domain.cards.layout import MOST_LINES
from backup_apps.domain.cards.severity import Severity
from backup_apps_cli.main import main
from cards.deck import cards

SNS_LIMIT = 262_144
ALL = cards()
TYPES = {
    "bundle-rejected",
    "sync-failed",
    "canaries-not-well",
    "approval-waiting",
    "approval-ended",
    "approval-refused",
    "drift",
    "healing-stopped",
    "backup-failed",
    "backup-missing",
    "restore-failed",
    "verification-failed",
    "verification-overdue",
    "lock-closing",
}
TEXTS = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        ["x" * 9_000, "é" * 5_000, '"\\' * 5_000, "\n" * 5_000, "a\nb" * 3_000, "\x00\x1b[31m", "💾" * 3_000]
    ),
)


def full(text: str, many: int) -> Context:
    """As much as can be known of anything."""
    lines = (text,) * many
    return Context(facts=lines, changes=lines, document={"policy": lines}, unknown=lines, topics=lines)


def check(card: Card, alert: Alert) -> None:
    lines = alert.text.split("\n")
    assert len(alert.text.splitlines()) <= MOST_LINES == 40
    assert f"Next: {card.next[0]}"[:600] in lines, "the next command is whole, on a line of its own"
    assert len(alert.message.encode()) + 8192 <= SNS_LIMIT
    assert 0 < len(alert.subject) <= SUBJECT_LIMIT
    assert alert.subject.isascii()
    assert alert.subject.isprintable()
    told = json.loads(alert.message)
    assert told["default"] == alert.text
    document = json.loads(told["sqs"])
    assert (document["type"], document["severity"], document["text"]) == (card.type, card.severity.value, alert.text)


@settings(max_examples=20, deadline=None)
@given(text=TEXTS, more=TEXTS, many=st.sampled_from([1, 2, 60]), known=st.sampled_from([0, 1, 60]))
def test_it_is_40_lines_at_most_and_fits_into_a_message(text: str, more: str, many: int, known: int) -> None:
    for card in cards(text, many).values():
        check(card, card.alert(full(more, known)))


def test_very_many_of_anything_fit() -> None:
    for card in cards("x" * 400, 2_000).values():
        check(card, card.alert(full("x" * 400, 60)))


@pytest.mark.parametrize("name", ALL)
def test_it_says_what_broke_why_where_and_what_to_run(name: str) -> None:
    card, text = ALL[name], ALL[name].alert().text
    first, second = text.splitlines()[:2]
    assert first.endswith(".")
    assert "Cause: " in text or ": it." in first or second.endswith("."), text
    ours = re.fullmatch(r"backup-apps ([a-z]+).*", card.next[0])
    assert (ours and ours[1] in main.commands) or card.next[0].startswith("aws backup ")
    assert "(" not in card.next[0], "it works as printed"


@pytest.mark.parametrize("name", ALL)
def test_what_is_known_around_it_stands_between_details_and_command(name: str) -> None:
    context = Context(("policy: apps/shop.yaml:7",), ("changed: nothing",), {"commit": "v1"}, ("why not",))
    alert = ALL[name].alert(context)
    told = [alert.text.index(one) for one in ("policy: apps", "Could not be found out: why not", "changed:", "\nNext:")]
    assert told == sorted(told)
    assert alert.document["context"] == {"commit": "v1", "unknown": ["why not"]}


def test_each_kind_of_incident_has_its_card() -> None:
    assert {card.type for card in ALL.values()} == TYPES


def test_each_card_has_a_runbook() -> None:
    page = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text()
    _, _, books = page.partition("## Runbooks")
    assert set(re.findall(r"^### (.+)$", books, re.MULTILINE)) == TYPES


def test_attributes_name_all_that_an_incident_reached_and_nothing_that_is_not_known() -> None:
    wide, rejected = ALL["drift"].alert().attributes, ALL["rejected"].alert().attributes
    assert wide["app"] == ("app-0", "app-1", "app-2")
    assert (wide["account"], wide["region"], wide["severity"]) == (("111111111111",), ("eu-west-1",), ("critical",))
    assert (rejected["app"], rejected["account"], rejected["type"]) == ((), (), ("bundle-rejected",))


def test_a_lock_is_a_warning_until_its_last_hour() -> None:
    said = {name: ALL[name].severity for name in ALL if name.startswith("lock")}
    assert said == {"lock, 72 h": Severity.WARNING, "lock, 24 h": Severity.WARNING, "lock, 1 h": Severity.CRITICAL}
