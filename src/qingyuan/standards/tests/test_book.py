"""The book by name, day and scope; overrides; fingerprints."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.standards import BadBook, Book, Override, Provision, Unregulated

NAME = "gas.fault.restore"
START = date(2020, 1, 1)
CHAIN = ("permit:12", "organisation:3", "region:650100", "region:65")


def entry(value=5, link="national", since=START, until=None, name=NAME, **more):
    kept = {"title": "恢复时限", "unit": "d", "clause": "8", "status": "text", "source": "正文"}
    return Provision(name=name, standard="部令第19号", value=value, since=since, until=until,
                     link=link, **(kept | more))


def switch(value="mean_of_days", **more):
    return entry(value, name="gas.month.mean", unit="",
                 choices=("mean_of_days", "mean_of_hours"), **more)


def test_the_nearest_link_speaks_and_says_which_it_was():
    book = Book([entry(5), entry(4, "region:65"), entry(3, "organisation:3"),
                 entry(2, "permit:12"), entry(1, "permit:13")])
    day = date(2021, 5, 1)
    asked = {scope: book.at(NAME, day, scope)
             for scope in ((), CHAIN, CHAIN[1:], CHAIN[2:], ("region:50",))}
    assert [(p.value, p.link) for p in asked.values()] == [
        (5, "national"), (2, "permit:12"), (3, "organisation:3"), (4, "region:65"),
        (5, "national")]


def test_a_link_speaks_only_on_its_own_days():
    book = Book([entry(5), entry(2, "region:65", date(2021, 1, 1), date(2021, 12, 31))])
    days = (date(2020, 12, 31), date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1))
    assert [book.at(NAME, day, ("region:65",)).value for day in days] == [5, 2, 2, 5]


def test_a_gap_is_never_a_default():
    book = Book([entry(5, until=date(2020, 12, 31)), entry(3, since=date(2022, 1, 1))])
    with pytest.raises(Unregulated) as refused:
        book.at(NAME, date(2021, 6, 1), ("region:65",))
    assert str(refused.value) == (
        "gas.fault.restore has no value on 2021-06-01 for region:65, national; known: "
        "2020-01-01 to 2020-12-31 (national); 2022-01-01 to now (national)")


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(Unregulated, match=r"gas\.fault\.restored.*near: gas\.fault\.restore"):
        Book([entry()]).at("gas.fault.restored", START)


def test_history_tells_the_national_values_first_then_each_link_by_date():
    book = Book([entry(2, "region:65"), entry(3, since=date(2022, 1, 1)),
                 entry(5, until=date(2021, 12, 31))])
    assert [(p.link, p.value) for p in book.history(NAME)] == [
        ("national", 5), ("national", 3), ("region:65", 2)]


def test_overlapping_entries_are_no_book():
    with pytest.raises(BadBook, match="overlaps"):
        Book([entry(5), entry(4, since=date(2021, 1, 1))])


def test_an_override_stands_at_its_link_with_its_own_citation():
    book = Book([entry()]).with_overrides([
        Override(NAME, 2, "organisation:3", date(2026, 1, 1), clause="运维合同附件二",
                 source="合同扫描件", why="合同约定更短")])
    found = book.at(NAME, date(2026, 3, 1), CHAIN)
    assert (found.value, found.cite(), found.unit, found.title, found.why) == (
        2, "运维合同附件二", "d", "恢复时限", "合同约定更短")
    assert book.at(NAME, date(2025, 12, 31), CHAIN).value == 5
    assert book.at(NAME, date(2026, 3, 1), ("organisation:4",)).value == 5


@pytest.mark.parametrize(("change", "said"), [
    ({"name": "gas.fault.restored"}, "no provision named"),
    ({"value": "5"}, "is not of type int"),
    ({"value": 2.5}, "is not of type int"),
    ({"value": True}, "is not of type int"),
    ({"link": "national"}, "a link is region"),
    ({"link": "county:65"}, "a link is region"),
    ({"until": date(2025, 12, 31)}, "lies before since"),
    ({"status": "sure"}, "status 'sure'"),
    ({"clause": " "}, "needs a clause"),
    ({"status": "recalled", "source": ""}, "needs a source"),
    ({"name": "gas.month.mean", "value": "mean_of_weeks"}, "not one of mean_of_days, mean_of_h"),
    ({"name": "gas.month.mean", "value": 3}, "is not of type str"),
])
def test_an_override_that_does_not_fit_is_refused_by_name(change, said):
    sound = Override(NAME, 2, "organisation:3", date(2026, 1, 1), clause="合同", source="扫描件")
    with pytest.raises(BadBook, match=said) as refused:
        Book([entry(), switch()]).with_overrides([replace(sound, **change)])
    assert change.get("name", NAME) in str(refused.value)


def test_a_whole_number_fits_a_provision_that_has_decimals():
    book = Book([entry(20.9, name="gas.o2.guard", unit="%")]).with_overrides(
        [Override("gas.o2.guard", 20, "permit:12", START, clause="许可证")])
    found = book.at("gas.o2.guard", START, CHAIN).value
    assert (found, type(found)) == (20.0, float)


def test_two_overrides_of_one_link_may_not_share_a_day():
    first = Override(NAME, 2, "region:65", START, date(2020, 6, 30), "地方规定", "正文")
    book = Book([entry()])
    assert len(book.with_overrides([first, replace(first, since=date(2020, 7, 1), until=None)])
               .history(NAME)) == 3
    with pytest.raises(BadBook, match="overlaps"):
        book.with_overrides([first, replace(first, since=date(2020, 6, 30), until=None)])


def test_a_shipped_entry_of_the_same_link_gives_way_on_the_overrides_days():
    book = Book([entry(), entry(4, "region:65")]).with_overrides(
        [Override(NAME, 2, "region:65", date(2021, 1, 1), date(2021, 12, 31), "地方规定")])
    days = (date(2020, 12, 31), date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1))
    assert [book.at(NAME, day, CHAIN).value for day in days] == [4, 2, 2, 4]


def test_without_overrides_it_is_the_same_book():
    book = Book([entry()])
    assert book.with_overrides([]) is book


def test_the_fingerprint_knows_no_order_and_every_value():
    entries = [entry(), switch(), entry(4, "region:65")]
    book = Book(entries)
    assert Book(reversed(entries)).fingerprint == book.fingerprint
    assert len(book.fingerprint) == 12
    changed = [replace(entries[0], **change) for change in (
        {"value": 6}, {"value": 5.0}, {"unit": "h"}, {"clause": "9"}, {"standard": "部令第20号"},
        {"since": date(2020, 1, 2)}, {"until": date(2030, 1, 1)}, {"link": "region:50"})]
    prints = {Book([p, *entries[1:]]).fingerprint for p in changed}
    assert len(prints | {book.fingerprint}) == 9
    override = Override(NAME, 5, "organisation:3", START, clause="同国家规定")
    assert book.with_overrides([override]).fingerprint not in prints | {book.fingerprint}


def test_a_figure_checked_against_its_text_judges_nothing_anew():
    book = Book([entry(status="recalled", source="凭记忆")])
    assert Book([entry(why="核对无误")]).fingerprint == book.fingerprint


LINKS = ("national", "region:65", "organisation:3")


@st.composite
def histories(draw):
    """Entries of one name at several links, each link's spans apart from one another."""
    found = []
    for link in LINKS:
        cuts = sorted(draw(st.lists(st.integers(0, 60), unique=True, max_size=8)))
        for index in range(0, len(cuts) - 1, 2):
            since, until = (START + timedelta(days=cuts[i]) for i in (index, index + 1))
            found.append(entry(draw(st.integers(1, 9)), link, since, until))
        if len(cuts) % 2:
            found.append(entry(draw(st.integers(1, 9)), link, START + timedelta(days=cuts[-1])))
    return found


@given(histories(), st.permutations(LINKS[1:]), st.integers(0, 2))
def test_at_agrees_with_a_naive_scan_and_changes_only_where_an_entry_begins_or_ends(
    entries, order, depth
):
    book, chain = Book([*entries, switch()]), tuple(order)[:depth]
    turns = {p.since for p in entries} | {
        p.until + timedelta(days=1) for p in entries if p.until}
    before = None
    for offset in range(-1, 70):
        day = START + timedelta(days=offset)
        naive = [p for link in (*chain, "national") for p in entries
                 if p.link == link and p.since <= day <= (p.until or day)]
        try:
            found = book.at(NAME, day, chain)
        except LookupError:
            found = None
        assert found == next(iter(naive), None)
        assert found == before or day in turns
        before = found
