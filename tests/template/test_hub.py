"""The hub: one concept, one name; nothing without a role, a limit, a log and a way for failures to be seen."""

import json
import re
from typing import Any

import pytest

from backup_apps.domain.drift.events import CONFIGURATION_CALLS, KEY_CALLS, POINT_CALLS
from backup_apps.domain.verification.every_type import READ
from tests.template.documents import ROOT, hub, member, resources, statements, states, sweep, sync, verification

FUNCTIONS = resources(hub(), "AWS::Serverless::Function")
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))

BUCKETS = {"PolicyBucket", "StateBucket"}
# Who calls a function: the state machine, which catches; the command line, which waits; or an event, asynchronously.
CALLED_BY_COMMAND_LINE = {
    "DiffTargetFunction",
    "CheckpointLedgerFunction",
    "LookAtResourceFunction",
    "SweepTargetFunction",
}
CALLED_BY_URL = {"DecideApprovalFunction"}
OUTPUTS = BUCKETS | CALLED_BY_COMMAND_LINE
OUTPUTS |= {"HubName", "StateTable", "AlertTopic", "EventBus", "LedgerKey", "ApprovalUrl"}
MACHINES = {"SyncStateMachine": sync(), "SweepStateMachine": sweep(), "VerifyStateMachine": verification()}
OUTPUTS |= set(MACHINES)


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def called_by_state_machine() -> set[str]:
    """Logical names of the functions behind the substitutions that the definition uses."""
    called = set()
    for name, definition in MACHINES.items():
        machine = resources(hub(), "AWS::Serverless::StateMachine")[name]
        substitutions = machine["DefinitionSubstitutions"].items()
        given = {key: value["Fn::GetAtt"][0] for key, value in substitutions if "Fn::GetAtt" in value}
        tasks = [state for _, state in states(definition) if state["Type"] == "Task"]
        used = {state["Arguments"]["FunctionName"].strip("${}") for state in tasks}
        assert used == set(given), "the definition's placeholders are the template's substitutions"
        called |= {given[key] for key in used}
    return called


def test_maps_read_their_targets_from_the_state_bucket() -> None:
    machine = resources(hub(), "AWS::Serverless::StateMachine")["SyncStateMachine"]
    assert machine["DefinitionSubstitutions"]["StateBucket"] == {"Ref": "StateBucket"}
    readers = [state["ItemReader"] for _, state in states(sync()) if state["Type"] == "Map"]
    assert [reader["Arguments"]["Bucket"] for reader in readers] == ["${StateBucket}"] * 2


def test_the_machine_starts_and_follows_executions_of_its_own_and_no_others() -> None:
    """The name is written out, since a role can't refer to a machine that refers to it."""
    name = resources(hub(), "AWS::Serverless::StateMachine")["SyncStateMachine"]["Name"]
    assert name == {"Fn::Sub": "${HubName}-sync"}
    allowed = {action: one.resources for one in statements(hub()) for action in one.actions if "SyncState" in one.role}
    where = "arn:aws:states:${AWS::Region}:${AWS::AccountId}"
    assert allowed["states:StartExecution"] == ({"Fn::Sub": where + ":stateMachine:${HubName}-sync"},)
    for action in ("states:DescribeExecution", "states:StopExecution"):
        assert allowed[action] == ({"Fn::Sub": where + ":execution:${HubName}-sync:*"},)


def test_outputs_are_those_promised() -> None:
    assert set(hub()["Outputs"]) == OUTPUTS


def test_there_is_a_resource_for_each_function_folder_and_the_other_way_round() -> None:
    assert sorted(FUNCTIONS) == [f"{camel(folder)}Function" for folder in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS)
def test_one_concept_keeps_one_name(folder: str) -> None:
    name, function = folder.replace("_", "-"), FUNCTIONS[f"{camel(folder)}Function"]
    assert (ROOT / f"layers/core/backup_apps/usecases/{folder}.py").is_file()
    assert list((ROOT / "events").glob(f"{folder}*.json")), "an event file for each case"
    assert function["CodeUri"] == f"functions/{folder}"
    assert function["FunctionName"] == {"Fn::Sub": f"${{HubName}}-{name}"}
    assert function["Role"] == {"Fn::GetAtt": [f"{camel(folder)}Role", "Arn"]}
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{camel(folder)}LogGroup"}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_its_own_role_log_and_time_limit(function: str) -> None:
    concept = function.removesuffix("Function")
    role = resources(hub(), "AWS::IAM::Role")[f"{concept}Role"]
    log = resources(hub(), "AWS::Logs::LogGroup")[f"{concept}LogGroup"]
    name = FUNCTIONS[function]["FunctionName"]["Fn::Sub"]
    assert role["RoleName"] == {"Fn::Sub": name}
    assert log["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{name}"}
    assert log["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert 0 < FUNCTIONS[function]["Timeout"] <= 900


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_failure_of_a_function_is_lost(function: str) -> None:
    """An asynchronous call ends in a dead-letter queue with an alarm; the others have a caller who sees the error."""
    if function in called_by_state_machine() | CALLED_BY_COMMAND_LINE | CALLED_BY_URL:
        return
    failures = FUNCTIONS[function]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert failures["Destination"]["Fn::GetAtt"][0] in queues_with_alarm()


def queues_with_alarm() -> set[str]:
    alarms = resources(hub(), "AWS::CloudWatch::Alarm").values()
    return {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in alarms
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        and alarm["Threshold"] == 0
        and alarm["AlarmActions"] == [{"Ref": "AlertTopic"}]
    }


def test_the_dashboard_shows_every_function_and_every_queue() -> None:
    (board,) = resources(hub(), "AWS::CloudWatch::Dashboard").values()
    body = board["DashboardBody"]["Fn::Sub"]
    shown = set(re.findall(r"\$\{(\w+Function)\}", body)), set(re.findall(r"\$\{(\w+)\.QueueName\}", body))
    assert shown == (set(FUNCTIONS), set(resources(hub(), "AWS::SQS::Queue")))
    assert json.loads(re.sub(r"\$\{[^}]*\}", "", body))["widgets"]


def test_every_dead_letter_queue_of_the_hub_has_an_alarm() -> None:
    assert queues_with_alarm() == set(resources(hub(), "AWS::SQS::Queue"))


def tellers() -> set[str]:
    """The functions whose role may publish alerts."""
    telling = {one.role for one in statements(hub()) if "sns:Publish" in one.actions}
    functions = resources(hub(), "AWS::Serverless::Function").items()
    return {name for name, function in functions if function["Role"]["Fn::GetAtt"][0] in telling}


def test_an_alert_that_can_not_be_told_is_told_again_or_wakes_somebody() -> None:
    """What a person calls answers that person. Each queue and each machine has an alarm, see above and below."""
    tried = {name for name, one in FUNCTIONS.items() if "OnFailure" in str(one.get("EventInvokeConfig", {}))}
    assert len(tellers()) > 10
    assert tellers() - tried - called_by_state_machine() == CALLED_BY_URL
    assert {FUNCTIONS[name]["EventInvokeConfig"]["MaximumRetryAttempts"] for name in tellers() & tried} == {2}


def test_apps_are_told_on_topics_that_the_deployment_names_and_no_others() -> None:
    granted = [one.resources for one in statements(hub()) if "sns:Publish" in one.actions]
    named = json.dumps(granted)
    assert "*" not in named
    assert named.count('"HasAlertTopics"') == 6


@pytest.mark.parametrize("machine", resources(hub(), "AWS::Serverless::StateMachine"))
def test_an_execution_that_fails_or_runs_out_of_time_wakes_somebody(machine: str) -> None:
    told = {
        alarm["MetricName"]
        for alarm in resources(hub(), "AWS::CloudWatch::Alarm").values()
        if alarm["Dimensions"][0]["Value"] == {"Ref": machine}
        and alarm["Threshold"] == 0
        and alarm["AlarmActions"] == [{"Ref": "AlertTopic"}]
    }
    assert told == {"ExecutionsFailed", "ExecutionsTimedOut"}


@pytest.mark.parametrize("template", [hub(), member()], ids=["hub", "member"])
def test_every_target_of_a_rule_keeps_what_it_could_not_deliver(template: dict[str, Any]) -> None:
    targets = [target for rule in resources(template, "AWS::Events::Rule").values() for target in rule["Targets"]]
    kept = {target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] for target in targets}
    open_to_rules = {
        queue["Ref"]
        for policy in resources(template, "AWS::SQS::QueuePolicy").values()
        for queue in policy["Queues"]
        if policy["PolicyDocument"]["Statement"][0]["Principal"] == {"Service": "events.amazonaws.com"}
    }
    assert len(targets) == len(kept)
    assert kept == open_to_rules


def test_an_uploaded_zip_is_what_starts_admission() -> None:
    rule = resources(hub(), "AWS::Events::Rule")["BundleUploadedRule"]
    assert rule["EventPattern"]["detail"] == {
        "bucket": {"name": [{"Ref": "PolicyBucket"}]},
        "object": {"key": [{"wildcard": "bundles/*.zip"}]},
    }
    permission = resources(hub(), "AWS::Lambda::Permission")["BundleUploadedPermission"]
    assert permission["SourceArn"] == {"Fn::GetAtt": ["BundleUploadedRule", "Arn"]}


def test_the_calls_that_are_looked_into_are_those_that_members_forward() -> None:
    jobs, calls, keys = resources(hub(), "AWS::Events::Rule")["DriftRule"]["EventPattern"]["$or"]
    assert jobs["detail"] == {"state": ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]}
    assert set(calls["detail"]["eventName"]) == CONFIGURATION_CALLS | POINT_CALLS
    assert set(keys["detail"]["eventName"]) == KEY_CALLS
    forwarded = resources(member(), "AWS::Events::Rule")["ForwardRule"]["EventPattern"]["$or"]
    (of_keys,) = (one for one in forwarded if one["source"] == ["aws.kms"])
    assert set(of_keys["detail"]["eventName"]) == KEY_CALLS
    (of_backup,) = (one for one in forwarded if one["detail-type"] == calls["detail-type"] and one != of_keys)
    assert of_backup["detail"] == {"eventSource": ["backup.amazonaws.com"], "readOnly": [False]}


def test_members_forward_what_a_rule_of_the_hub_takes_and_nothing_else() -> None:
    of_members = [
        rule["EventPattern"]
        for rule in resources(hub(), "AWS::Events::Rule").values()
        if rule.get("EventBusName") == {"Ref": "EventBus"}
    ]
    assert kinds_of(of_members) == kinds_of([resources(member(), "AWS::Events::Rule")["ForwardRule"]["EventPattern"]])


def kinds_of(patterns: list[dict[str, Any]]) -> set[tuple[str, str]]:
    parts = [part for pattern in patterns for part in pattern.get("$or", [pattern])]
    return {(part["source"][0], kind) for part in parts for kind in part["detail-type"]}


def test_a_sweep_is_started_by_schedule() -> None:
    (timer,) = resources(hub(), "AWS::Scheduler::Schedule").values()
    assert timer["ScheduleExpression"] == {"Ref": "SweepSchedule"}
    assert timer["Target"]["Arn"] == {"Ref": "SweepStateMachine"}


def test_functions_read_no_setting_that_is_not_set_and_none_is_set_for_nothing() -> None:
    from backup_apps.settings import Settings

    everywhere = set(hub()["Globals"]["Function"]["Environment"]["Variables"])
    own = {name: set(one["Environment"]["Variables"]) for name, one in FUNCTIONS.items() if "Environment" in one}
    assert own == {
        "AdmitBundleFunction": {"SYNC_STATE_MACHINE_ARN", "TRUST_POLICY_PARAMETER"},
        "SweepUploadsFunction": {"ADMIT_BUNDLE_FUNCTION"},
        "RequestApprovalFunction": {"APPROVAL_POLICY_PARAMETER"},
        "DecideApprovalFunction": {"APPROVAL_POLICY_PARAMETER"},
        "RecordOutcomeFunction": {"LEDGER_KEY_ARN"},
        "CheckpointLedgerFunction": {"LEDGER_KEY_ARN"},
        "DetectDriftFunction": {"HEAL_TARGET_FUNCTION", "PUBLISH_PAGE_FUNCTION"},
        "HealTargetFunction": {"PUBLISH_PAGE_FUNCTION"},
        "SweepTargetFunction": {"HEAL_TARGET_FUNCTION", "TRUST_POLICY_PARAMETER"},
        "StartVerificationsFunction": {"VERIFY_STATE_MACHINE_ARN"},
        "HearRestoreFunction": {"VERIFY_STATE_MACHINE_ARN"},
    }
    of_powertools = {name for name in everywhere if name.startswith("POWERTOOLS_")}
    of_the_language = {"BACKUP_APPS_EXTRA_REGIONS", "BACKUP_APPS_QUOTAS"}  # those of the command line, too
    of_functions = {name.upper() for name in Settings.model_fields}
    assert everywhere.union(*own.values()) == of_functions | of_powertools | of_the_language


def test_what_holds_state_outlives_its_stack() -> None:
    kinds = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key"}
    kept = {name: one for name, one in hub()["Resources"].items() if one["Type"] in kinds}
    assert set(kept) == BUCKETS | {"StateTable", "LedgerKey"}
    for resource in kept.values():
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_the_member_template_needs_no_preparation_before_a_stack_set_takes_it() -> None:
    text = (ROOT / "member.yaml").read_text()
    assert "Transform" not in member()
    assert not re.search(r"(?m)[:-] [&*][A-Za-z]|<<:", text), "CloudFormation knows no YAML anchors"


def test_roles_of_members_are_made_once_an_account_and_events_forwarded_in_every_region() -> None:
    for name, resource in member()["Resources"].items():
        is_role = resource["Type"] == "AWS::IAM::Role"
        assert (resource.get("Condition") == "IsHomeRegion") == is_role, name


def test_what_can_be_checked_has_a_manifest_to_be_compared_with() -> None:
    pattern = resources(hub(), "AWS::Events::Rule")["TakeManifestRule"]["EventPattern"]
    assert sorted(pattern["detail"]["resourceType"]) == sorted(READ)
