"""The bundle that `make bench` measures with is a valid one, as large as it says."""

from pathlib import Path

from backup_apps.offline_wiring import resolve_source
from bench.bundles import write_bundle
from bench.figures import Figure


def test_a_bundle_has_its_leaves_in_four_levels(tmp_path: Path) -> None:
    files = write_bundle(tmp_path, 1_000)

    resolution = resolve_source(tmp_path)

    assert files == len(resolution.heirs) == 2_111
    assert resolution.errors == ()
    assert {len(leaf.heir.names) for leaf in resolution.leaves} == {5}
    assert len({leaf.app.name for leaf in resolution.leaves}) == 1_000


def test_a_figure_over_its_limit_says_so() -> None:
    assert not Figure("reads", 141, 140, "calls").is_within
    assert Figure("reads", 140, 140, "calls").is_within
    assert Figure("memory", 9999, None, "MB").to_json()["within"]
