"""What AWS Organizations answered, read back from its record, answers the same lookups alike."""

from hypothesis import given
from hypothesis import strategies as st

from backup_apps.domain.account_lookups import LookedUp, Lookup, recorded_organization
from backup_apps.domain.catalog import Account, Organization
from backup_apps.domain.places import Place

OUS = ["prod", "dev", "ou-ab12-cdefgh34"]
TAGS = st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from(["red", "blue"]))
ACCOUNTS = st.lists(
    st.builds(
        Account,
        id=st.integers(1, 6).map(lambda number: f"{number:012}"),
        ous=st.lists(st.sampled_from(OUS), unique=True).map(tuple),
        tags=TAGS,
    ),
    unique_by=lambda account: account.id,
)
LOOKUPS = st.lists(
    st.builds(Lookup, ou=st.none() | st.sampled_from(OUS), tags=TAGS, place=st.just(Place("set.yaml", 5, 1))).filter(
        lambda lookup: lookup.ou or lookup.tags
    ),
    min_size=1,
)


@given(ACCOUNTS, LOOKUPS)
def test_a_record_answers_what_was_asked(accounts: list[Account], lookups: list[Lookup]) -> None:
    organization = Organization(accounts=tuple(accounts), ous=tuple(OUS))
    answer = LookedUp(tuple(lookups), "2026-01-01T12:00:00+00:00", organization, {})
    recorded = recorded_organization(answer.to_json())
    for one in lookups:
        assert recorded.accounts_with(one.ou, one.tags) == organization.accounts_with(one.ou, one.tags)
        assert one.ou is None or recorded.has_ou(one.ou)
