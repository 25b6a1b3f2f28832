"""A ledger is sealed at the end of each sync and for each export, and told in words."""

from typing import Any

import pytest

from backup_apps.domain.commits import Version
from backup_apps.domain.drift.findings import Finding, State
from backup_apps.domain.errors import LedgerBrokenError, UnknownCommitError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import Kind, Reason
from backup_apps.domain.ledger.history import sentence, who
from backup_apps.domain.ledger.lines import read_lines
from backup_apps.domain.ledger.verification import verify
from backup_apps.usecases.checkpoint_ledger import checkpoint_ledger
from backup_apps.usecases.export_ledger import export_ledger
from sync.memory import World, world
from sync.targets import ACCOUNT, BUNDLE, REGION

from .steps import V1, V2, WRONG, admit, entries, synced, uploaded


def export(hub: World) -> bytes:
    def seal(bundle: str) -> Any:
        return checkpoint_ledger(hub.hub, bundle, Reason.EXPORT)

    return export_ledger(hub.ledger, seal, hub.signer.public_key, BUNDLE).text


def test_a_sync_ends_in_a_checkpoint() -> None:
    hub = synced()
    (checkpoint,) = hub.ledger.checkpoints(BUNDLE)
    last = entries(hub)[-1]
    assert (checkpoint.sequence, checkpoint.hash, checkpoint.reason) == (last.sequence, last.hash, Reason.SYNC)
    assert hub.signer.is_signed(checkpoint)


def test_an_export_is_whole_and_so_is_the_next() -> None:
    hub = synced()
    for version, second in ((V1, 1), (V2, 2)):
        uploaded(hub, version, second)
        admit(hub, version)
        read = read_lines(export(hub))
        assert read.findings == ()
        assert verify(read.entries, read.checkpoints, hub.signer.is_signed) == []
        assert read.entries == tuple(entries(hub))
        assert [one.reason for one in read.checkpoints] == [Reason.SYNC, Reason.EXPORT]


def test_nothing_recorded_nothing_to_export() -> None:
    with pytest.raises(UnknownCommitError, match="nothing is recorded of acme"):
        export(world())


def edit_last(hub: World) -> None:
    chain = hub.ledger.chains[BUNDLE]
    chain[-1] = chain[-1].model_copy(update={"facts": {}})


def forge_sealed(hub: World) -> None:
    """The signed entry, made anew with a hash that fits."""
    forged = hub.ledger.chains[BUNDLE][-1].model_copy(update={"facts": {}})
    hub.ledger.chains[BUNDLE][-1] = forged.model_copy(update={"hash": forged.computed_hash})


def drop_sealed(hub: World) -> None:
    del hub.ledger.chains[BUNDLE][-1]


def drop_first_before_any_checkpoint(hub: World) -> None:
    hub.ledger.kept.clear()
    del hub.ledger.chains[BUNDLE][0]


@pytest.mark.parametrize("tamper", [edit_last, forge_sealed, drop_sealed, drop_first_before_any_checkpoint])
def test_nobody_signs_what_is_no_chain(tamper: Any) -> None:
    hub = synced()
    before = hub.ledger.checkpoints(BUNDLE)
    tamper(hub)
    uploaded(hub, V2, 2)
    admit(hub, V2)
    with pytest.raises(LedgerBrokenError, match="the ledger of acme is not whole"):
        checkpoint_ledger(hub.hub, BUNDLE, Reason.EXPORT)
    assert hub.ledger.checkpoints(BUNDLE) in (before, ())


# ---------------------------------------------------------------- in words


def test_each_entry_is_a_sentence() -> None:
    hub = synced()
    uploaded(hub, V2, 0)
    admit(hub, V2)
    uploaded(hub, Version(BUNDLE, "v3"), 3, WRONG)
    admit(hub, Version(BUNDLE, "v3"))
    told = [(entry.kind, who(entry), sentence(entry)) for entry in entries(hub)]
    place = f"{ACCOUNT}/{REGION}"
    assert told == [
        ("commit", "zoe", "admitted for 1 target"),
        ("plan", "hub", "3 changes in 1 target, strengthens"),
        ("sync-started", "hub", f"{place} about to make 3 changes"),
        ("write", "hub", f"{place} create-vault primary"),
        ("write", "hub", f"{place} create-plan shop-daily"),
        ("write", "hub", f"{place} create-selection shop-daily"),
        ("sync", "hub", f"{place} synced, 3 writes"),
        ("outcome", "hub", "synced (1 synced)"),
        ("commit", "zoe", "admitted for 1 target"),
        ("supersession", "hub", "superseded by v1"),
        ("rejection", "zoe", f"rejected, 1 error: {WRONG}"),
        ("alert", "hub", "error: acme v3 rejected: 1 error"),
    ]


def test_drift_and_healing_are_sentences() -> None:
    rule = {"kind": "rule", "direction": "weakens", "resource": "shop-daily/nightly", "since": "2026-01-01T12:00:00"}
    finding = Finding(
        bundle=BUNDLE, version="v1", account=ACCOUNT, region=REGION, actor=("arn:alice", "UpdateBackupPlan", ""), **rule
    )
    healed = finding.model_copy(update={"state": State.HEALED})
    hub = world()
    hub.ledger.record(BUNDLE, [happenings.drifted(finding), happenings.healed(healed, "run-1")])
    hub.ledger.record(BUNDLE, [happenings.drifted(healed)])
    what = f"{ACCOUNT}/{REGION} rule shop-daily/nightly"
    assert [sentence(entry) for entry in entries(hub)] == [
        f"{what} weakens, open, by arn:alice",
        f"{what} put back",
        f"{what} weakens, healed",
    ]


def test_who_is_behind_an_entry_and_what_a_newer_kind_says() -> None:
    (entry,) = (one for one in entries(synced()) if one.kind == Kind.COMMIT)
    provenance = {"subject": "repo:acme/backup", "actor": None}
    for actor, expected in ((None, "repo:acme/backup"), ("maria", "maria")):
        facts = {**entry.facts, "provenance": provenance | {"actor": actor}}
        assert who(entry.model_copy(update={"facts": facts})) == expected
    newer = entry.model_copy(update={"kind": "newer", "facts": {"by": "maria", "count": 3}})
    assert (who(newer), sentence(newer)) == ("maria", "by maria, count 3")
