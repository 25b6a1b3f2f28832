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


GUARDED = """
children: [leaf.yaml]
targets:
  accounts: ["111111111111"]
  regions: [eu-west-1]
policy:
  vaults:
    main:
      name: main
guardrails:
  regions:
    - eu-*
  verification: {maxAge: 7d}
  retention:
    min: 14d
    max: 2y
waivers:
  - for: leaf
    guardrail: verification.maxAge
    value: 30d
    owner: me
    reason: one region has no sandbox yet
    expires: "2027-03-31"
"""
LEAF = """
targets:
  regions: {"@@append": [eu-west-2]}
policy:
  verification: {maxAge: 30d}
guardrails:
  retention: {max: 1y}
overrides:
  - when:
      region: [eu-west-2]
    policy: {vaults: {main: {tags: {a: b}}}}
"""


def guarded(file: str, line: int) -> list[tuple[str, str, object]]:
    resolution = resolve_files({"app.yaml": app("acme", GUARDED), "leaf.yaml": app("leaf", LEAF)})
    assert resolution.errors == ()
    return [(one.target.region, one.path, one.value) for one in reach_of(resolution, file, line)]


def both(path: str, value: object) -> list[tuple[str, str, object]]:
    return [("eu-west-1", path, value), ("eu-west-2", path, value)]


def test_items_reach_though_a_child_added_others() -> None:
    regions = ["eu-west-1", "eu-west-2"]
    assert guarded("app.yaml", 8) == both("targets.regions", regions)
    assert guarded("leaf.yaml", 6) == both("targets.regions", regions)


def test_a_bound_reaches_the_leaves_for_which_it_is_the_strictest() -> None:
    assert guarded("app.yaml", 15) == both("guardrails.regions", ["eu-*"])
    assert guarded("app.yaml", 18) == both("guardrails.retention.min", "14d")
    assert guarded("leaf.yaml", 10) == both("guardrails.retention.max", "1y")
    assert guarded("app.yaml", 19) == [], "the leaf has a stricter one"


def test_a_waiver_reaches_in_place_of_its_bound() -> None:
    assert guarded("app.yaml", 23) == both("guardrails.verification.maxAge", "30d")
    assert guarded("app.yaml", 16) == []


def test_a_key_alone_on_its_line_reaches_with_what_is_below_it() -> None:
    here, there = guarded("app.yaml", 11)
    assert here == ("eu-west-1", "policy.vaults.main", {"name": "main"})
    assert there == ("eu-west-2", "policy.vaults.main", {"name": "main", "tags": {"a": "b"}})


def test_the_line_of_a_condition_reaches_where_it_holds() -> None:
    policy = {"vaults": {"main": {"tags": {"a": "b"}}}}
    assert guarded("leaf.yaml", 12) == guarded("leaf.yaml", 13) == [("eu-west-2", "overrides[0]", policy)]
