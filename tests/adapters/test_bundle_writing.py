"""What a program writes as YAML is read as it was meant."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backup_apps.adapters.bundle_writing import bundle_of, write_folder, yaml_of
from backup_apps.domain.nodes import plain

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.text(st.characters(exclude_categories=["C"]), max_size=20),
    st.sampled_from(
        ["012345678901", "089999999999", "1e3", ".5", "-.inf", ".NaN", "null", "~", "yes", "<<", "${a}", ""]
    ),
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner),
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), documents))
def test_every_document_is_read_as_it_was(document: dict[str, Any]) -> None:
    bundle = bundle_of({"app.yaml": document})

    assert bundle.findings == ()
    assert plain(bundle.files[0].documents[0]) == document


def test_short_mappings_and_lists_stand_in_one_line() -> None:
    text = yaml_of({"retention": {"cold": "30d", "delete": "1y"}, "regions": ["eu-west-1"], "id": "012345678901"})

    assert text == 'retention: {cold: 30d, delete: 1y}\nregions: [eu-west-1]\nid: "012345678901"\n'
    assert yaml.safe_load(text)["id"] == "012345678901"


def test_no_file_is_overwritten_and_none_is_written_before_that_is_known(tmp_path: Any) -> None:
    (tmp_path / "b.yaml").write_text("mine")

    with pytest.raises(FileExistsError, match=r"b\.yaml exists already"):
        write_folder(tmp_path, {"a.yaml": {"a": 1}, "b.yaml": {"b": 1}})

    assert not (tmp_path / "a.yaml").exists()
