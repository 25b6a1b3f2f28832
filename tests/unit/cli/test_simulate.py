"""`backup-apps simulate`: its text, its JSON, what it refuses. What it foretells is tested in tests/unit/simulation."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backup_apps.domain.simulation.prices import Prices
from backup_apps.offline_wiring import read_written
from backup_apps_cli.main import main
from backup_apps_cli.simulation_commands import PRICES

ROOT = Path(__file__).parents[3]
EXAMPLE = str(ROOT / "examples" / "acme")
INVALID = str(ROOT / "tests" / "cases" / "validate" / "refused-units" / "bundle")
YEAR = ("--from", "2027-01-01", "--days", "40")
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/payments-main"
SIZES = f"""\
resources:
- account: "111111111111"
  region: eu-west-1
  arn: {TABLE}
  size: 20GiB
- {{account: "111111111111", region: eu-west-1, arn: "arn:aws:sqs:eu-west-1:111111111111:jobs", size: 1GiB}}
"""


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, ["simulate", *arguments], env={"COLUMNS": "160"})


def printed(*arguments: str) -> Any:
    result = run(*arguments, "--output", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def shorter(tmp_path: Path) -> str:
    """The example, with payments kept for 30 days instead of 70."""
    for file in Path(EXAMPLE).rglob("*.yaml"):
        (tmp_path / file.relative_to(EXAMPLE)).parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text().replace("retention: {delete: 70d}", "retention: {delete: 30d}")
        (tmp_path / file.relative_to(EXAMPLE)).write_text(text)
    return str(tmp_path)


@pytest.fixture
def sizes(tmp_path: Path) -> str:
    (tmp_path / "sizes.yaml").write_text(SIZES)
    return str(tmp_path / "sizes.yaml")


def test_the_document_is_stable_and_tells_every_point() -> None:
    document = printed(EXAMPLE, *YEAR)
    assert document == printed(EXAMPLE, *YEAR)
    assert list(document) == [
        *("bundle", "first", "days", "since", "prices", "assumptions", "totals", "months", "resources", "loss")
    ]
    assert len(document["totals"]) == 40
    assert [month["month"] for month in document["months"]] == ["2027-01", "2027-02"]
    assert (document["since"], document["loss"], document["totals"][0]["before"]) == (None, None, None)
    payments = next(one for one in document["resources"] if "payments-" in one["resource"])
    assert payments["before"] is None
    assert payments["after"]["points"][0] == {
        "vault": {"account": "111111111111", "region": "eu-west-1", "name": "acme-primary"},
        "app": "payments",
        "plan": "payments-daily",
        "rule": "nightly",
        "form": "snapshot",
        "created": "2027-01-01T03:00:00Z",
        "completed": "2027-01-01T03:10:00Z",
        "cold": None,
        "deleted": "2027-03-12T03:00:00Z",
        "key": "arn:aws:kms:eu-west-1:111111111111:alias/acme-backup",
    }
    points = [one for each in document["resources"] for one in each["after"]["points"]]
    there = [one for one in points if one["completed"] < "2027-01-08" <= (one["deleted"] or "9")]
    assert document["totals"][6]["after"]["points"] == len(there)


def test_before_and_after_a_change(shorter: str) -> None:
    document = printed(shorter, "--before", EXAMPLE, *YEAR)
    assert document["since"] == "2025-12-31"
    assert document["totals"][0]["before"] == document["totals"][0]["after"]
    last = document["totals"][-1]
    assert last["before"]["points"] - last["after"]["points"] == 2 * 10
    assert document["months"][1]["before"]["total"] > document["months"][1]["after"]["total"]

    text = run(shorter, "--before", EXAMPLE, *YEAR).stdout
    assert "5 of 7 resources: no change" in text
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("dynamodb table/payments-*")] == [
        "2027-01-31"
    ]
    assert "no recovery point comes or goes otherwise" in run(EXAMPLE, "--before", EXAMPLE, *YEAR).stdout


def test_a_loss_answers_first() -> None:
    text = run(EXAMPLE, *YEAR, "--lose", "region=eu-west-1", "--on", "2027-01-20").stdout
    assert text.splitlines()[0] == (
        "Lose region eu-west-1 at the end of 2027-01-20: 2 of 5 resources are lost for good; "
        "of the others at most 21h is lost"
    )
    document = printed(EXAMPLE, *YEAR, "--lose", "region=eu-west-1", "--on", "2027-01-20")["loss"]
    assert (document["what"], document["value"], document["at"]) == ("region", "eu-west-1", "2027-01-21T00:00:00Z")
    payments = next(one for one in document["after"] if "payments-" in one["resource"])
    assert (payments["lostMinutes"], payments["newest"]["data"]) == (21 * 60, "2027-01-20T03:00:00Z")
    assert payments["newest"]["vault"]["region"] == "us-east-1"
    assert {one["lostMinutes"] for one in document["after"] if one["newest"] is None} == {None}


def test_a_day_lists_its_points() -> None:
    text = run(EXAMPLE, *YEAR, "--target", "111111111111/us-east-1", "--on", "2027-02-03").stdout
    rows = [line.split() for line in text.splitlines() if line.startswith("s3")]
    assert [(row[3], row[4], row[5]) for row in rows] == [
        ("media-daily/nightly", "copy", "34"),
        ("media-daily/monthly", "snapshot", "2"),
        ("media-daily/nightly", "snapshot", "34"),
    ]


def test_runs_that_leave_nothing_are_told_by_rule(tmp_path: Path) -> None:
    selected = '["arn:aws:dynamodb:*:*:table/a", "arn:aws:dynamodb:*:*:table/b"]'
    (tmp_path / "app.yaml").write_text(
        f"""\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {{name: shop}}
spec:
  targets: {{accounts: ["111111111111"], regions: [eu-west-1]}}
  policy:
    role: arn:aws:iam::111111111111:role/backup
    vaults: {{main: {{name: main}}}}
    plans:
      kept:
        gfs: {{vault: main, at: "03:00", daily: {{delete: 7d}}, monthly: {{delete: 90d}}}}
        selections: {{tables: {{resources: {selected}}}}}
"""
    )
    assert (
        "  111111111111/eu-west-1  shop-kept/daily, 2 resources: 4 times from 2027-01-01 on, "
        "rule monthly runs within its start window and keeps longer"
    ) in run(str(tmp_path), *YEAR).stdout.splitlines()


def test_the_last_line_of_the_text_is_the_next_command() -> None:
    for arguments in ((), ("--lose", "account=111111111111"), ("--on", "2027-01-02")):
        last = run(EXAMPLE, *YEAR, *arguments).stdout.splitlines()[-1]
        assert f": backup-apps simulate {EXAMPLE} --" in last
        again = last.partition(f"{EXAMPLE} ")[2].split()
        assert run(EXAMPLE, *YEAR, *again).exit_code == 0


def test_sizes_are_of_the_resources_that_are_named(sizes: str) -> None:
    document = printed(EXAMPLE, *YEAR, "--sizes", sizes)
    table, queue = document["resources"]
    assert (table["resource"], table["sizeGiB"], table["assumed"]) == (TABLE, 20.0, False)
    assert len(table["after"]["points"]) > 40
    assert queue["after"] == {"points": [], "misses": []}


def test_wrong_files_are_refused_as_bundles_are(tmp_path: Path) -> None:
    file = tmp_path / "sizes.yaml"
    file.write_text("resources:\n- {account: 1, region: eu-west-1, arn: '*', size: 3}\n")
    wrong = run(EXAMPLE, "--sizes", str(file), "--output", "json")
    assert wrong.exit_code == 1
    document = json.loads(wrong.stdout)
    assert [(one["line"], one["column"], one["path"]) for one in document["errors"]] == [
        (2, 13, "resources[0].account"),
        (2, 51, "resources[0].size"),
    ]
    file.write_text("currency: USD\nother: {warm: cheap}\n")
    text = run(EXAMPLE, "--prices", str(file))
    assert text.exit_code == 1
    assert f"{file}:2:15 error other.warm: 'cheap' is not a price; write a number such as 0.05" in text.stdout
    file.write_text("")
    assert "must hold one document, not 0" in run(EXAMPLE, "--prices", str(file)).stdout


@pytest.mark.parametrize("arguments", [(INVALID,), (EXAMPLE, "--before", INVALID)])
def test_an_invalid_bundle_ends_with_the_verdict(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--output", "json")
    assert (result.exit_code, json.loads(result.stdout)["valid"]) == (1, False)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--lose", "disk=1"), 2, "write region=eu-west-1, account=111111111111 or key=ARN"),
        (("--lose", "region=eu-west-9"), 1, "nothing is in, or under, the region eu-west-9: there are eu-west-1, "),
        (("--on", "2028-01-01"), 2, "is not one of the days from 2027-01-01 to 2027-02-09; see --days"),
        (("--since", "2026-01-01"), 2, "name it with --before DIR"),
        (("--before", EXAMPLE, "--since", "2027-01-01"), 2, "must lie before 2027-01-01"),
        (("--target", "111111111111/eu-west-3"), 1, "111111111111/eu-west-3 is no target of the bundle"),
        (("--days", "0"), 2, "0 is not in the range"),
        (("--on", "tomorrow"), 2, "'tomorrow' is no day; write 2026-11-26"),
    ],
)
def test_what_cannot_be_asked(arguments: tuple[str, ...], code: int, message: str) -> None:
    result = run(EXAMPLE, *YEAR, *arguments)
    assert (result.exit_code, message in result.stderr) == (code, True), result.stderr


def test_the_shipped_prices_are_a_price_list() -> None:
    prices = read_written(PRICES, Prices)
    assert isinstance(prices, Prices)
    assert prices.of("eu-west-1", None) == prices.other
