"""Time limits of orders by examples reckoned by hand, and by a change of every figure."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qingyuan.areas.maintenance.orders import clocks, sampling
from qingyuan.areas.maintenance.orders.clocks import HOUR
from qingyuan.kernel.clock import CST
from qingyuan.standards import Book, Override, Unregulated, load
from qingyuan.standards.calendars import working_days

XINJIANG, BEIJING = working_days("650100"), working_days("110000")
EVERY = tuple(clocks.TRAITS)


def ms(text: str) -> int:
    """Epoch milliseconds of a China time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=CST).timestamp() * 1000)


def told(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, CST).strftime("%Y-%m-%d %H:%M:%S")


def begun(found: str, traits=EVERY, medium="gas", book=None, chain=(), calendar=BEIJING):
    """Clocks by code of a fault found at a China time."""
    since, rules = ms(found), book or load()

    def find(name):
        try:
            return rules.at(name, clocks.day_of(since), chain)
        except Unregulated:
            return None

    return {one.code: one for one in clocks.begin(traits, medium, find, since, calendar)}


def test_a_fault_of_flue_gas_runs_on_every_clock_that_applies():
    found = begun("2026-11-23 08:00:00", ("fault", "easy", "logger"))
    assert {code: told(one.due_at) for code, one in found.items()} == {
        "reply": "2026-11-23 10:00:00", "on_site": "2026-11-23 12:00:00",
        "easy_repair": "2026-11-23 16:00:00", "logger_repair": "2026-11-23 20:00:00",
        "report": "2026-11-23 20:00:00", "restore_hours": "2026-11-25 08:00:00",
        "restore_days": "2026-11-30 23:59:59"}
    assert {code: one.source for code, one in found.items()}["report"] == (
        "环境保护部令第19号 第八条")


def test_water_has_its_own_clocks():
    found = begun("2026-11-23 08:00:00", ("fault", "force_majeure", "failed_check"), "water")
    assert told(found["recover"].due_at) == "2026-11-23 14:00:00"
    assert told(found["force_majeure"].due_at) == "2026-11-24 08:00:00"
    assert (found["on_site"].provision, found["on_site"].status) == ("fault.on_site", "secondary")
    assert "easy_repair" not in begun("2026-11-23 08:00:00", ("fault", "easy"), "water")


def test_an_old_fault_of_water_runs_by_the_rule_of_its_day():
    found = begun("2019-03-04 08:00:00", ("fault", "easy", "logger"), "water")
    assert {code: told(found[code].due_at) for code in ("on_site", "easy_repair", "spare")} == {
        "on_site": "2019-03-05 08:00:00", "easy_repair": "2019-03-04 16:00:00",
        "spare": "2019-03-07 08:00:00"}


@pytest.mark.parametrize(("found", "calendar", "last"), [
    # 2025: 1–8 October free, Sunday 28 September and Saturday 11 October worked
    ("2025-09-25 09:00:00", BEIJING, "2025-10-09 23:59:59"),
    ("2025-09-30 17:00:00", BEIJING, "2025-10-14 23:59:59"),
    # 2026: 1–7 October free, Saturday 10 October worked
    ("2026-09-30 10:00:00", BEIJING, "2026-10-13 23:59:59"),
    # found on a free day: the next working day is the first
    ("2026-10-03 10:00:00", BEIJING, "2026-10-13 23:59:59"),
    # 6–10 June 2025 are 古尔邦节 in Xinjiang; in Beijing only the weekend is free
    ("2025-06-03 10:00:00", BEIJING, "2025-06-10 23:59:59"),
    ("2025-06-03 10:00:00", XINJIANG, "2025-06-13 23:59:59"),
])
def test_five_working_days_over_holidays_and_worked_weekends(found, calendar, last):
    clock = begun(found, ("fault",), calendar=calendar)["restore_days"]
    assert (told(clock.due_at), clock.calendar) == (last, calendar.name)


def test_a_year_that_is_not_announced_says_so():
    assert begun("2031-03-03 08:00:00", ("fault",))["restore_days"].provisional
    assert not begun("2025-03-03 08:00:00", ("fault",))["restore_days"].provisional


def test_the_regions_figure_wins_and_is_named():
    chongqing = begun("2026-11-23 08:00:00", ("fault",), chain=("region:500103", "region:50"))
    assert "重庆" in chongqing["report"].source
    assert "重庆" in chongqing["restore_days"].source
    assert "重庆" not in begun("2026-11-23 08:00:00", ("fault",))["report"].source


def test_a_contract_of_one_day_is_entered_as_an_override():
    book = load().with_overrides([Override(
        "fault.restore.hours", 24, "permit:7", datetime(2026, 1, 1, tzinfo=UTC).date(),
        clause="合同附件二")])
    clock = begun("2026-11-23 08:00:00", ("fault",), book=book, chain=("permit:7",))[
        "restore_hours"]
    assert (told(clock.due_at), clock.source) == ("2026-11-24 08:00:00", "合同附件二")


@pytest.mark.parametrize(("reading", "counting"), [
    ("first_due", {"restore_hours", "restore_days"}), ("hours", {"restore_hours"}),
    ("working_days", {"restore_days"}),
])
def test_which_restore_clock_counts(reading, counting):
    rules = load()
    rule = clocks.RESTORE_RULE
    book = Book((replace(p, value=reading) if p.name == rule else p for p in rules.provisions),
                rules.standards)
    found = begun("2026-11-23 08:00:00", ("fault",), book=book)
    both = {code: one for code, one in found.items() if code.startswith("restore")}
    assert set(both) == {"restore_hours", "restore_days"}
    assert {code for code, one in both.items() if one.counts} == counting


def test_without_a_fault_only_the_reply_runs():
    assert set(begun("2026-11-23 08:00:00", ())) == {"reply"}


def test_a_pause_in_the_middle_moves_the_end_by_its_length():
    since, due = ms("2026-11-23 08:00:00"), ms("2026-11-23 10:00:00")
    pause = (ms("2026-11-23 09:30:00"), ms("2026-11-23 11:00:00"))
    assert told(clocks.moved(since, due, pause)) == "2026-11-23 11:30:00"


def test_only_agreed_terms_may_be_paused():
    named = {(kind.code, name) for kind in clocks.KINDS
             for names in kind.figures.values() for name in names}
    assert {one for one in named if clocks.pausable(*one)} == {
        ("reply", "fault.reply"), ("on_site", "fault.on_site")}


FIGURES = sorted({name for kind in clocks.KINDS for names in kind.figures.values()
                  for name in names} | {name for pair in clocks.ANSWERS.values()
                                        for name in pair if name.endswith(("days",))})


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("step", [1, -1])
def test_every_figure_moves_its_clock(name, step):
    """A figure of the book, changed by one, changes a due instant that is reckoned with it."""
    rules = load()
    book = Book((replace(p, value=p.value + step) if p.name == name else p
                 for p in rules.provisions), rules.standards)
    day = "2019-03-04 08:00:00" if name in rules and rules.history(name)[0].until else (
        "2026-11-23 08:00:00")

    def ends(of):
        unit, value = of.history(name)[0].unit, of.history(name)[0].value
        answer = clocks.due(value, unit, ms(day), BEIJING)[0]
        dues = [one.due_at for medium in clocks.MEDIA
                for one in begun(day, medium=medium, book=of).values() if one.provision == name]
        return dues or [answer]

    was, now = ends(rules), ends(book)
    assert [b > a for a, b in zip(was, now, strict=True)] == [step > 0] * len(was)


def by_hand(since, now, samples=(), until=None, per_day=4, gap=6.0):
    return sampling.reckon(ms(since), ms(until) if until else None, per_day, gap, (),
                           [ms(one) for one in samples], ms(now))


def test_the_next_sample_is_due_six_hours_after_the_last():
    duty = by_hand("2026-11-23 08:00:00", "2026-11-23 19:00:00", ["2026-11-23 13:30:00"])
    assert (told(duty.next_due), duty.late, duty.gaps) == ("2026-11-23 19:30:00", False, ())
    assert by_hand("2026-11-23 08:00:00", "2026-11-23 14:00:00").late is False
    assert by_hand("2026-11-23 08:00:00", "2026-11-23 14:00:01").late is True


def test_a_whole_day_needs_four_samples_and_a_part_of_one_fewer():
    duty = by_hand("2026-11-23 14:00:00", "2026-11-25 07:00:00", [
        "2026-11-23 19:00:00", "2026-11-24 01:00:00", "2026-11-24 07:00:00",
        "2026-11-24 19:00:00", "2026-11-25 01:00:00"])
    assert [(day.count, day.needed, day.short) for day in duty.days] == [
        (1, 1, 0), (3, 4, 1), (1, 1, 0)]
    assert [(told(a), told(b)) for a, b in duty.gaps] == [
        ("2026-11-24 07:00:00", "2026-11-24 19:00:00")]
    assert duty.short == 1


def test_restored_running_ends_the_duty():
    duty = by_hand("2026-11-23 08:00:00", "2026-11-30 08:00:00", until="2026-11-23 12:00:00")
    assert (duty.next_due, duty.late, duty.short, duty.gaps) == (None, False, 0, ())


def test_exactly_six_hours_apart_is_in_time():
    duty = by_hand("2026-11-23 00:00:00", "2026-11-24 00:00:00", [
        f"2026-11-23 {hour:02d}:00:00" for hour in (6, 12, 18)])
    assert duty.gaps == ()
    assert [day.short for day in duty.days] == [1]
    assert duty.next_due == ms("2026-11-23 18:00:00") + 6 * HOUR
