"""What holds for the handler of every function."""

import subprocess
import sys
from pathlib import Path

import pytest
from deployed import ROOT, Deployed, invoke
from pydantic import ValidationError


@pytest.mark.parametrize(
    "name",
    [
        "plan_target_malformed",
        "record_plan_malformed",
        "request_approval_malformed",
        "next_stage_malformed",
        "sync_target_malformed",
        "record_outcome_malformed",
        "record_failure_malformed",
        "diff_target_malformed",
        "look_at_resource_malformed",
        "checkpoint_ledger_malformed",
        "sweep_target_malformed",
        "heal_target_malformed",
        "publish_page_malformed",
        "start_verifications_malformed",
        "hunt_leftovers_malformed",
        "choose_points_malformed",
        "restore_point_malformed",
        "hear_restore_malformed",
        "check_restore_malformed",
        "clean_up_restore_malformed",
        "record_verification_malformed",
        "take_manifest_malformed",
    ],
)
def test_malformed_events_are_refused_at_the_door(deployed: Deployed, name: str) -> None:
    with pytest.raises(ValidationError):
        invoke(name, name.removesuffix("_malformed"))


def test_every_event_belongs_to_a_function_and_every_function_has_events() -> None:
    functions = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    for path in ROOT.glob("events/*.json"):
        assert any(path.stem == name or path.stem.startswith(f"{name}_") for name in functions), path.name
    assert functions <= {path.stem for path in ROOT.glob("events/*.json")}


@pytest.mark.parametrize("path", sorted(ROOT.glob("functions/*/app.py")), ids=lambda path: path.parent.name)
def test_a_function_is_loaded_without_what_it_may_not_use(path: Path) -> None:
    """What a cold start need not pay for is loaded, and models are built, when they are needed."""
    ours = {"backup_apps.domain.resolution", "backup_apps.domain.provenance.trust"}
    builds_models = "pydantic.plugin._loader"
    late = {"boto3", "yaml", "jwt", "cryptography", builds_models, *ours}
    program = f"import app, sys; print(sorted({late} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], cwd=path.parent, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
