"""`backup-apps`: the command line."""

import os

import click

from backup_apps.settings import QuotasError, quotas_from
from backup_apps_cli.approval_commands import approve, reject
from backup_apps_cli.bundle_commands import explain_command, render, validate
from backup_apps_cli.demo import demo
from backup_apps_cli.doctor_commands import doctor
from backup_apps_cli.drift_commands import drift
from backup_apps_cli.hub_commands import diff, push, status
from backup_apps_cli.ledger_commands import history, ledger
from backup_apps_cli.local import local
from backup_apps_cli.organizations_commands import effective, import_group
from backup_apps_cli.printing import Failure
from backup_apps_cli.report_commands import report
from backup_apps_cli.simulation_commands import simulate_command
from backup_apps_cli.verification_commands import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="backup-apps")
def main() -> None:
    """AWS Backup as code: a hierarchy of policy files, resolved, compared and synced across accounts and regions."""
    try:
        quotas_from(os.environ)
    except QuotasError as error:
        raise Failure(str(error)) from error


COMMANDS = (validate, render, explain_command, diff, push, status, approve, reject, drift, verify, history, ledger)

for command in COMMANDS:
    main.add_command(command)
for command in (simulate_command, report, doctor, effective, import_group, local, demo):
    main.add_command(command)

if __name__ == "__main__":
    main()
