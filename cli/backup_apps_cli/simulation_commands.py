"""The command that looks ahead: simulate."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.policy import Written
from backup_apps.domain.resolution import Resolution
from backup_apps.domain.simulation.losses import Loss, What, values_of
from backup_apps.domain.simulation.prices import Prices
from backup_apps.domain.simulation.resources import Inventory, Resource, resources_of, stand_ins
from backup_apps.domain.simulation.what_if import LONGEST_PAST, Question, midnight, past_of, simulate
from backup_apps.offline_wiring import read_written
from backup_apps.wiring import catalog
from backup_apps_cli.bundle_commands import TARGET, bundle_argument, resolve_valid
from backup_apps_cli.printing import OUTPUT, Failure, console, print_json, print_verdict, show, verdict

PRICES = Path(__file__).with_name("prices.yaml")
Model = TypeVar("Model", bound=Written)

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


class DayType(click.ParamType):
    """A day of UTC."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no day; write 2026-11-26", param, ctx)


class LossType(click.ParamType):
    """What is lost."""

    name = "loss"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Loss:
        what, equals, of = str(value).partition("=")
        if what not in set(What) or not equals or not of:
            self.fail(f"'{value}' is no loss; write region=eu-west-1, account=111111111111 or key=ARN", param, ctx)
        return Loss(What(what), of)


DAY = DayType()


class Asked(NamedTuple):
    """The options, as given."""

    first: date | None
    days: int
    since: date | None
    on: date | None
    target: Target | None
    loss: Loss | None
    sizes: Path | None
    prices: Path | None


@click.command(name="simulate")
@bundle_argument
@click.option("--before", metavar="DIR", type=click.Path(exists=True, path_type=Path), help="The bundle until then.")
@click.option("--days", type=click.IntRange(1, LONGEST_PAST), default=90, show_default=True, help="How far to look.")
@click.option("--from", "first", type=DAY, metavar="DAY", help="From when on DIR is in force. Default: today.")
@click.option("--since", type=DAY, metavar="DAY", help="From when on the earlier bundle was. Default: long enough ago.")
@click.option("--on", type=DAY, metavar="DAY", help="The recovery points of that day; with --lose, when it happens.")
@click.option("--lose", "loss", type=LossType(), metavar="WHAT=VALUE", help="A region, an account or a key, and see.")
@click.option("--sizes", type=_READABLE, metavar="FILE", help="Your resources and their sizes, instead of 1 GiB each.")
@click.option("--prices", type=_READABLE, metavar="FILE", help="Your prices, instead of the round ones shipped.")
@TARGET
@OUTPUT
def simulate_command(bundle: Path, accounts: Path | None, before: Path | None, output: str, **options: Any) -> None:
    """Show which recovery points there will be on any day, before and after a change, what they cost, and what would be
    left if a region, an account or a key were lost. Nothing of AWS is asked."""
    asked = Asked(**options)
    after = _state_of(resolve_valid(bundle, accounts, output))
    earlier = _state_of(resolve_valid(before, accounts, output)) if before else None
    question = _question(asked, after, earlier, output)
    on = asked.on or question.first + timedelta(days=question.days - 1)
    at = _end_of(on, question)
    simulation = simulate(question)
    if asked.loss:
        _refuse_nothing(asked.loss, values_of(asked.loss.what, simulation))

    def document() -> Any:
        from backup_apps.domain.simulation.document import simulation_json

        return simulation_json(simulation, asked.loss, at)

    from backup_apps_cli.simulation_text import Telling, tell

    telling = Telling(simulation, asked.loss, at if asked.loss or asked.on else None, f"simulate {bundle}")
    show(output, document, lambda terminal: tell(telling, terminal))


def _state_of(resolution: Resolution) -> DesiredState:
    if resolution.state is None:
        raise Failure("the bundle was not resolved")
    return resolution.state


def _question(asked: Asked, after: DesiredState, before: DesiredState | None, output: str) -> Question:
    known = catalog()
    first = asked.first or known.today
    states = [state for state in (before, after) if state]
    return Question(
        after=after,
        before=before,
        since=_since(asked.since, before, first),
        first=first,
        days=asked.days,
        resources=_resources(asked, states, output),
        prices=_read(asked.prices or PRICES, Prices, output),
        zone_of=known.zone_of,
    )


def _since(asked: date | None, before: DesiredState | None, first: date) -> date:
    if before is None:
        if asked:
            raise click.UsageError("--since is about the earlier bundle; name it with --before DIR")
        return first
    since = asked or past_of(before, first)
    if not timedelta() < first - since <= timedelta(days=LONGEST_PAST):
        raise click.UsageError(f"--since {since} must lie before {first}, by {LONGEST_PAST} days at most")
    return since


def _resources(asked: Asked, states: list[DesiredState], output: str) -> tuple[Resource, ...]:
    found = resources_of(_read(asked.sizes, Inventory, output)) if asked.sizes else stand_ins(states)
    targets = sorted({one.target for state in states for one in state.targets})
    if asked.target and asked.target not in targets:
        raise Failure(f"{asked.target} is no target of the bundle; its targets are {', '.join(map(str, targets))}")
    return tuple(one for one in found if asked.target in (None, one.target))


def _read(file: Path, model: type[Model], output: str) -> Model:
    """What a file says; a wrong one ends the command as an invalid bundle does."""
    try:
        read = read_written(file, model)
    except OSError as error:
        raise Failure(str(error)) from error
    if not isinstance(read, tuple):
        return read
    wrong = Resolution(None, read, (), {}, (), None)
    if output == "json":
        print_json(verdict(wrong))
    else:
        print_verdict(wrong, console())
    raise click.exceptions.Exit(1)


def _end_of(day: date, question: Question) -> datetime:
    if not question.first <= day < question.first + timedelta(days=question.days):
        last = question.first + timedelta(days=question.days - 1)
        raise click.UsageError(f"--on {day} is not one of the days from {question.first} to {last}; see --days")
    return midnight(day + timedelta(days=1))


def _refuse_nothing(loss: Loss, values: tuple[str, ...]) -> None:
    if loss.value not in values:
        known = ", ".join(values) or "none"
        raise Failure(f"nothing is in, or under, the {loss}: there are {known}")
