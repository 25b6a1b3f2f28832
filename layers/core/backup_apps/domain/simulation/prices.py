"""What storage costs: a price list, and what is assumed of sizes where nobody says them."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from backup_apps.domain.policy import Written
from backup_apps.domain.quantities import Day, Region, Text, matching, shown
from backup_apps.domain.simulation.resources import TypeName

OTHER = "other"
"""What a type costs that the list does not name, or that nobody knows."""


def read_price(value: object) -> float:
    """`0.05`, of one GiB for a month, or of one GiB transferred."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return float(value)
    raise ValueError(f"{shown(value)} is not a price; write a number such as 0.05")


def read_percent(value: object) -> float:
    """`2%` as 0.02."""
    match = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%", value) if isinstance(value, str) else None
    if match is None or float(match[1]) > 100:
        raise ValueError(f"{shown(value)} is not a share; write 2%")
    return float(match[1]) / 100


Price = Annotated[float, BeforeValidator(read_price)]
Percent = Annotated[float, BeforeValidator(read_percent)]
Currency = Annotated[str, BeforeValidator(matching(r"[A-Z]{3}", "a currency", "USD"))]


class TypePrice(Written):
    """Of a GiB for a month; without a price for cold storage it costs what warm storage does."""

    warm: Price
    cold: Price | None = None


class RegionPrices(Written):
    """What differs in a region. `transfer` is of a GiB that is copied into another region."""

    types: Mapping[TypeName, TypePrice] = Field(default_factory=dict)
    transfer: Price | None = None


class Prices(Written):
    """A price list. `dailyChange` is how much of a resource is written anew each day, where nobody said."""

    currency: Currency
    as_of: Day
    source: Text
    daily_change: Percent
    transfer: Price
    other: TypePrice
    types: Mapping[TypeName, TypePrice] = Field(default_factory=dict)
    regions: Mapping[Region, RegionPrices] = Field(default_factory=dict)

    def of(self, region: str, type_name: str | None) -> TypePrice:
        there = self.regions.get(region, _NO_DIFFERENCE).types
        name: Any = type_name
        return there.get(name) or self.types.get(name) or self.other

    def transfer_from(self, region: str) -> float:
        there = self.regions.get(region, _NO_DIFFERENCE).transfer
        return self.transfer if there is None else there


_NO_DIFFERENCE = RegionPrices()
