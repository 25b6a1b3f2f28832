"""What on-call is told while a staged sync is on its way."""

from collections.abc import Mapping

from backup_apps.domain.alerts import Alert, one_line_subject
from backup_apps.domain.commits import Version


def canaries_not_well(version: Version, failed: Mapping[str, str], held_back: int) -> Alert:
    """`failed`: the apps whose canaries are not well, and why."""
    apps = " and ".join(f"'{app}'" for app in sorted(failed))
    extent = f"{held_back} target{'' if held_back == 1 else 's'}"
    lines = [
        f"Bundle {version.bundle}, version {version.version}: the canaries of {apps} are not well. {extent} that would "
        "have come after them will not be changed by this version; others go on.",
        "",
        *(f"'{app}': {cause}" for app, cause in sorted(failed.items())),
        "",
        f"Next: backup-apps status {version.bundle} --version {version.version}",
        "Correct the cause, then push the bundle as a new version.",
    ]
    document = {
        "type": "canaries-not-well",
        "bundle": version.bundle,
        "version": version.version,
        "failed": dict(sorted(failed.items())),
        "held_back": held_back,
    }
    subject = f"{version.bundle} {version.version}: canaries of {apps} not well, {extent} held back"
    return Alert(one_line_subject(subject), "\n".join(lines), document, "critical", version.bundle)
