"""The end of a sweep: what its looks found in all targets is told, one message an incident."""

from typing import Any

from backup_apps.ports.hub import Hub
from backup_apps.usecases.record_findings import tell


def tell_findings(hub: Hub) -> dict[str, Any]:
    """How many messages, and how many findings of each sort there are, for metrics. Who is killed in between leaves the
    rest to the next look."""
    from backup_apps.domain.drift.incidents import counts, incidents, is_untold

    bundles = hub.records.bundles()
    findings = [one for bundle in bundles for one in hub.findings.of_bundle(bundle)]
    to_tell = incidents(filter(is_untold, findings))
    for incident in to_tell:
        tell(hub, incident, frozenset())
    return {"told": len(to_tell), "bundles": list(bundles), "counts": [one._asdict() for one in counts(findings)]}
