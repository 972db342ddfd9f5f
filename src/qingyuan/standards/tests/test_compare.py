"""What differs between two days or two books, and from which day on."""

from datetime import date

import pytest

from qingyuan.standards import (
    Book,
    Override,
    Provision,
    differences,
    first_difference,
    load,
)


@pytest.fixture(scope="module")
def book():
    return load()


def tightened(book, since, until=None, link="region:65"):
    return book.with_overrides([
        Override("gas.hour.min_valid_minutes", 50, link, since, until, "地方规定 3.1", "正文")])


def test_two_days_differ_where_an_edition_changed(book):
    found = differences(book, date(2025, 12, 31), book, date(2026, 1, 1))
    by_name = {d.name: (d.before and d.before.cite(), d.after and d.after.cite()) for d in found}
    assert by_name["gas.molar_volume"] == ("HJ 212-2017 D.2.1 式(20)", "HJ 212-2025 附录D")
    assert "gas.hour.min_valid_minutes" not in by_name


def test_what_is_not_yet_in_force_differs_from_nothing(book):
    found = differences(book, date(2022, 12, 31), book, date(2023, 1, 1))
    by_name = {d.name: d for d in found}
    assert by_name["marks.deadline_hour"].before is None
    assert by_name["marks.deadline_hour"].after.value == 12


def test_a_day_does_not_differ_from_itself(book):
    assert differences(book, date(2026, 1, 1), book, date(2026, 1, 1)) == ()


def test_two_books_differ_from_the_day_an_override_begins(book):
    changed = tightened(book, date(2026, 3, 1))
    assert first_difference(book, changed, ("region:65",)) == date(2026, 3, 1)
    assert first_difference(changed, book, ("region:65",)) == date(2026, 3, 1)
    assert first_difference(book, changed, ("region:50",)) is None


def test_an_override_that_ends_elsewhere_differs_from_its_former_end(book):
    short = tightened(book, date(2026, 3, 1), date(2026, 3, 31))
    long = tightened(book, date(2026, 3, 1), date(2026, 6, 30))
    assert first_difference(short, long, ("region:65",)) == date(2026, 4, 1)


def test_only_the_names_asked_for_count(book):
    changed = tightened(book, date(2026, 3, 1))
    assert first_difference(book, changed, ("region:65",), ["gas.day.min_valid_hours"]) is None
    assert first_difference(
        book, changed, ("region:65",), ["gas.hour.min_valid_minutes"]) == date(2026, 3, 1)


def test_a_new_status_is_shown_but_judges_nothing_anew():
    def made(status):
        return Book([Provision("a.b", "S", "t", 1, "", "1", date(2020, 1, 1), None, status, "x")])

    day = date(2021, 1, 1)
    (found,) = differences(made("recalled"), day, made("text"), day)
    assert (found.before.status, found.after.status) == ("recalled", "text")
    assert first_difference(made("recalled"), made("text")) is None
