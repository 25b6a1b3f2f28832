"""The patch that `backup-apps drift --patch` prints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.text import Text

from backup_apps.domain.drift.findings import Finding
from backup_apps.domain.patches.offers import Left, Offer
from backup_apps_cli.printing import console

if TYPE_CHECKING:
    from backup_apps.remote_wiring import RemoteHub


def offered_patch(remote: "RemoteHub", findings: Sequence[Finding]) -> Offer:
    """For the version that live state drifted from; what drifted from an older one is left."""
    from backup_apps.offline_wiring import policy_source
    from backup_apps.usecases.drifted_version import drifted_version
    from backup_apps.usecases.offer_patch import is_offered, offer_patch

    offered = [one for one in findings if is_offered(one)]
    version = drifted_version(remote.records, remote.archives, remote.documents, offered)
    if version is None:
        return Offer({}, {})
    source = policy_source(version.archive, version.organization, version.day)
    offer = offer_patch(source, [one for one in offered if one.version == version.version])
    why = f"its target is at another version, the patch is for {version.version}: sync it first"
    older = (Left(one, why) for one in offered if one.version != version.version)
    return offer._replace(left=(*offer.left, *older))


def print_patch(offer: Offer) -> None:
    """The patch alone on standard output, so that it can be piped; what it does and does not do beside it."""
    terminal = console(stderr=True)
    click.echo(offer.patch, nl=False)
    for one in offer.adopted:
        kept = f"{one.finding.kind.value} {one.finding.resource} in {one.finding.target}, set at {one.place}"
        terminal.print(Text(f"adopts {kept}"))
    for two in offer.left:
        terminal.print(Text(f"leaves {two.finding.kind.value} {two.finding.resource}: {two.why}", style="yellow"))
    if offer.patch:
        terminal.print("Apply it in the bundle's folder: git apply --directory=DIR, or patch -p1")
    elif not offer.left:
        terminal.print("There is nothing to adopt: what weakens is put back, not written into the bundle.")
