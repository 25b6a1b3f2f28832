"""What a line reaches: the values of leaves that are in force because of it."""

from written_bundles import app, resolve_files

from backup_apps.domain.reach import reach_of
from backup_apps.domain.resolution import Resolution

PARENT = """
children: ["*-leaf.yaml"]
targets:
  accounts: ["111111111111"]
  regions:
    - eu-west-1
    - us-east-1
policy:
  role: arn:aws:iam::${account}:role/backup
  vaults:
    main:
      name: main-${region}
"""
OVERRIDE = """
overrides:
  - when: {region: [us-*]}
    policy:
      vaults:
        main:
          name: other
"""


def bundle() -> Resolution:
    resolution = resolve_files(
        {
            "app.yaml": app("acme", PARENT),
            "a-leaf.yaml": app("one", OVERRIDE),
            "b-leaf.yaml": app("two", "policy: {vaults: {main: {name: mine}}}"),
        }
    )
    assert resolution.errors == ()
    return resolution


def reached(file: str, line: int) -> list[tuple[str, str, str, object]]:
    return [(one.app, one.target.region, one.path, one.value) for one in reach_of(bundle(), file, line)]


def test_a_value_reaches_the_leaves_that_do_not_replace_it_with_variables_filled_in() -> None:
    assert reached("app.yaml", 15) == [("one", "eu-west-1", "policy.vaults.main.name", "main-eu-west-1")]


def test_an_override_reaches_the_targets_on_which_it_holds() -> None:
    assert reached("a-leaf.yaml", 10) == [("one", "us-east-1", "policy.vaults.main.name", "other")]


def test_an_item_of_a_list_reaches_with_its_list() -> None:
    regions = ["eu-west-1", "us-east-1"]
    assert reached("app.yaml", 10) == [
        (name, region, "targets.regions", regions) for name in ("one", "two") for region in regions
    ]


def test_a_line_with_nothing_on_it_reaches_nothing() -> None:
    assert reached("app.yaml", 1) == []
    assert reached("nothing.yaml", 1) == []
