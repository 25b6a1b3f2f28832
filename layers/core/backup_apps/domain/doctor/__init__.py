"""What AWS needs besides the stacks, checked over facts that were read before.

Numbers never change their meaning: D1xx the hub, D2xx roles of a member account, D3xx its regions, D4xx keys, D5xx
copies, D6xx what is backed up and where it is rehearsed, D7xx AWS Organizations.
"""

from backup_apps.domain.doctor.accounts import ACCOUNTS
from backup_apps.domain.doctor.check import Check, Checked, State
from backup_apps.domain.doctor.copies import COPIES
from backup_apps.domain.doctor.facts import Examination
from backup_apps.domain.doctor.hub import HUB
from backup_apps.domain.doctor.keys import KEYS
from backup_apps.domain.doctor.regions import REGIONS
from backup_apps.domain.doctor.resources import RESOURCES

CHECKS: tuple[Check, ...] = (*HUB, *ACCOUNTS, *REGIONS, *KEYS, *COPIES, *RESOURCES)


def diagnose(examined: Examination) -> tuple[Checked, ...]:
    """Everything that was checked, in the order of the numbers."""
    return tuple(one for check in CHECKS for one in check.results(examined))


__all__ = ["CHECKS", "Check", "Checked", "Examination", "State", "diagnose"]
