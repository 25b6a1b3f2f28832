import importlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backup_apps_local import ministack_joint
from backup_apps_local.backup.service import BackupService
from backup_apps_local.decisions import DecisionLog

from .in_process import LocalAws

_DATA = ("s3", "sqs", "dynamodb", "eventbridge")
_STATEFUL = (*_DATA, "iam", "sts", "kms", "ec2", "lambda_svc", "organizations", "stepfunctions")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalAws]:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ministack = importlib.import_module("ministack.app")
    monkeypatch.setattr(ministack, "AUTH", True)
    _keep(monkeypatch)
    backup, decisions = BackupService(clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)), DecisionLog()
    ministack_joint.install(backup, decisions)
    from backup_apps_local.ministack_joint.backup import role_in_iam, role_is_assumable, serve

    backup.role_is_assumable = role_is_assumable
    backup.around = replace(backup.around, find_role=role_in_iam)
    yield LocalAws(backup, decisions, serve)
    for module in _STATEFUL:
        importlib.import_module(f"ministack.services.{module}").reset()


def _keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the joint replaces is MiniStack's again after the test."""
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import ec2, eventbridge, lambda_svc, organizations, s3, stepfunctions, tagging
    from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

    replaced: list[tuple[Any, str]] = [
        (app, "pin_request_origin"),
        (iam_evaluator, "enforce"),
        (iam_evaluator, "_resolve_condition_key"),
        (iam_actions, "s3_additional_checks"),
        (iam_actions, "s3_service_context"),
        (iam_evaluator, "_principal_keys"),
        (eventbridge, "_dispatch_to_event_bus"),
        (eventbridge, "_dispatch_event"),
        (eventbridge, "_invoke_target"),
        (eventbridge, "_dispatch_to_lambda"),
        (s3, "_fire_s3_event"),
        (ec2, "_volume_inner_xml"),
        (ec2, "_snapshot_inner_xml"),
        (lambda_svc, "_route_async_failure"),
        (lambda_runtime, "_PYTHON_WORKER_SCRIPT"),
        (lambda_runtime.Worker, "_spawn"),
        (stepfunctions, "_run_execution"),
        (stepfunctions, "_call_lambda"),
        (stepfunctions, "_run_distributed_map"),
        (stepfunctions, "_read_map_items"),
        (stepfunctions, "_run_sub_machine"),
        (lambda_svc, "_execute_function_warm"),
        (provisioners, "_sfn_definition"),
        (iam_actions, "extract_resource_arn"),
        (organizations, "_ensure_org"),
        *((module, "_evaluate_conditions") for module in (engine, changesets, handlers, stacks)),
    ]
    for module, name in replaced:
        monkeypatch.setattr(module, name, getattr(module, name))
    for action in ("CreateVolume", "CreateSnapshot"):
        monkeypatch.setitem(ec2._ACTION_MAP, action, ec2._ACTION_MAP[action])
    monkeypatch.setitem(tagging._COLLECTORS, "backup", tagging._COLLECTORS["backup"])
    for service in ("backup", "kms", "sts"):
        monkeypatch.setitem(app.SERVICE_HANDLERS, service, app.SERVICE_HANDLERS[service])
    for kind in ("AWS::Events::EventBus", "AWS::S3::Bucket"):
        monkeypatch.setitem(provisioners._RESOURCE_HANDLERS, kind, dict(provisioners._RESOURCE_HANDLERS[kind]))
