"""Own figures of an organisation: who may enter them, what is refused, whose book they change."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.organisations.audit import seal, verify_audit
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.rules import queries
from qingyuan.areas.rules.actions import whole_area, withdraw_override
from qingyuan.areas.rules.models import RuleOverride

pytestmark = pytest.mark.django_db
MINUTES = "gas.hour.min_valid_minutes"
DAY = date(2026, 11, 23)


def value(point, name=MINUTES, day=DAY):
    return queries.book_for(MonitoringPoint.objects.get(pk=point.pk)).at(name, day).value


# -- whose book ---------------------------------------------------------------------------------


def test_an_own_figure_holds_on_its_days_for_all_points_of_the_unit(station, entered):
    point = station().point
    entered(until=date(2026, 5, 31))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [value(point, day=day) for day in days] == [45, 40, 40, 45]


def test_the_answer_says_who_set_it_and_by_which_clause(cast, station, entered):
    point = station().point
    entered(status="text")
    found = queries.book_for(point).at(MINUTES, DAY)
    assert (found.link, found.cite(), found.status) == (
        f"organisation:{cast.houses.unit.pk}", "示例运维制度 3.2", "text")


def test_another_units_points_keep_the_national_figure(cast, station, neighbour, entered):
    own = station().point
    entered()
    entered(link="region", area="65", value="30", since=date(2026, 4, 1))
    assert (value(own), value(neighbour.point)) == (40, 45)
    assert list(queries.overrides_of(cast.outsider)) == []
    theirs = queries.book_of(cast.outsider).book
    assert theirs.fingerprint == queries.national().fingerprint


def test_the_nearest_link_wins_permit_before_unit_before_region(cast, station, entered):
    one = station().point
    other = station(mn="010000A8900016F000169D02", name="2 号排口").point
    entered(link="region", area="650102", value="35")
    assert (value(one), value(other)) == (35, 35)
    entered(value="40")
    entered(link="permit", point=one, value="50")
    assert (value(one), value(other)) == (50, 40)


@pytest.mark.parametrize(("area", "reached"), [
    ("65", True), ("6501", True), ("650102", True), ("650100", True), ("650000", True),
    ("6502", False), ("11", False), ("650103", False),
])
def test_a_regions_figure_reaches_the_points_that_lie_in_it(station, entered, area, reached):
    point = station().point  # its discharger lies in 650102
    entered(link="region", area=area)
    assert value(point) == (40 if reached else 45)


def test_a_point_goes_by_the_book_of_who_operates_it_today(cast, station, entered):
    point = station().point
    entered()
    entered(cast.outsider, value="30")
    assert value(point) == 40
    ServiceContract.objects.filter(point=point).update(until=timezone.localdate())
    assert value(point) == 40
    ServiceContract.objects.filter(point=point).update(
        until=timezone.localdate() - timedelta(days=1))
    assert value(point) == 45
    ServiceContract.objects.create(point=point, om_unit=cast.houses.other,
                                   since=timezone.localdate())
    assert value(point) == 30


def test_a_permit_of_another_point_leaves_the_fingerprint_alone(station, entered):
    one = station().point
    other = station(mn="010000A8900016F000169D02", name="2 号排口").point
    entered(link="permit", point=other)
    prints = {p.pk: b.book.fingerprint for p, b in
              [(p, queries.book_for(p)) for p in (one, other)]}
    assert prints[one.pk] == queries.national().fingerprint
    assert prints[other.pk] != prints[one.pk]


def test_the_chain_is_permit_unit_and_regions_from_near_to_far(cast, station):
    point = station().point
    assert queries.book_for(point).chain == (
        f"permit:{point.pk}", f"organisation:{cast.houses.unit.pk}",
        "region:650102", "region:6501", "region:65")


def test_books_for_many_points_take_two_queries(station, entered, django_assert_num_queries):
    for number in range(6):
        station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号排口")
    entered()
    points = list(MonitoringPoint.objects.select_related("organisation"))
    with django_assert_num_queries(2):
        books = queries.books_for(points)
    assert {book.at(MINUTES, DAY).value for book in books.values()} == {40}
    assert len({id(book.book) for book in books.values()}) == 1
    with django_assert_num_queries(2):
        queries.book_for(points[0])


# -- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [
    "engineer", "reviewer", "storekeeper", "discharger", "officer", "inspector"])
def test_only_manager_and_administrator_set_figures(cast, entered, who):
    row = entered()
    with pytest.raises(PermissionDenied):
        entered(getattr(cast, who), since=date(2020, 1, 1), until=date(2020, 2, 1))
    with pytest.raises(PermissionDenied):
        withdraw_override(getattr(cast, who), row, "误录")
    assert RuleOverride.objects.get().withdrawn_at is None


def test_another_unit_can_neither_withdraw_nor_name_a_foreign_point(cast, station, entered):
    point = station().point
    row = entered()
    with pytest.raises(RuleOverride.DoesNotExist):
        withdraw_override(cast.outsider, row, "误录")
    with pytest.raises(MonitoringPoint.DoesNotExist):
        entered(cast.outsider, link="permit", point=point)
    assert RuleOverride.objects.count() == 1


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "field", "words"), [
    ({"name": "gas.nothing"}, "name", "没有条目"),
    ({"value": "viele"}, "value", "请填写一个数字"),
    ({"value": ""}, "value", "请填写一个数字"),
    ({"value": "inf"}, "value", "请填写一个数字"),
    ({"value": "40.5"}, "value", "应为整数"),
    ({"value": "-1"}, "value", "不能小于 0"),
    ({"name": "gas.capture.min_rate", "value": "80"}, "value", "0 至 1 之间"),
    ({"name": "gas.month.mean", "value": "mean_of_weeks"}, "value", "只能从已有的几种读法中选择"),
    ({"name": "water.flow_zero_invalid", "value": "maybe"}, "value", "“是”或“否”"),
    ({"until": date(2026, 2, 28)}, "until", "不能早于起日"),
    ({"clause": " "}, "clause", "不能为空"),
    ({"source": ""}, "source", "不能为空"),
    ({"why": ""}, "why", "不能为空"),
    ({"status": "sure"}, "status", "不是有效选项"),
    ({"link": "permit"}, "point", "请选择排污许可证"),
    ({"link": "region"}, "area", "行政区划代码"),
    ({"link": "region", "area": "新疆"}, "area", "行政区划代码"),
    ({"link": "national"}, "link", "请选择适用层级"),
])
def test_what_cannot_be_is_refused_in_words_beside_its_field(cast, entered, facts, field, words):
    with pytest.raises(ValidationError) as refused:
        entered(**facts)
    assert words in "".join(refused.value.message_dict[field])
    assert RuleOverride.objects.count() == 0
    assert queries.rules_version() == 0


@pytest.mark.parametrize(("since", "until", "clash"), [
    (date(2026, 5, 31), None, True), (date(2026, 1, 1), date(2026, 3, 1), True),
    (date(2026, 4, 1), date(2026, 4, 2), True), (date(2026, 1, 1), None, True),
    (date(2026, 6, 1), None, False), (date(2026, 1, 1), date(2026, 2, 28), False),
])
def test_two_own_figures_of_one_link_share_no_day(entered, since, until, clash):
    entered(until=date(2026, 5, 31))
    if clash:
        with pytest.raises(ValidationError) as refused:
            entered(value="30", since=since, until=until)
        sentence = refused.value.message_dict["since"][0]
        assert "2026-03-01 至 2026-05-31，数值 40" in sentence
        assert "请先撤回该规定" in sentence
    else:
        entered(value="30", since=since, until=until)
    assert RuleOverride.objects.count() == (1 if clash else 2)


def test_other_links_and_other_units_do_not_clash(cast, station, entered):
    point = station().point
    for facts in ({}, {"link": "region", "area": "65"}, {"link": "region", "area": "6501"},
                  {"link": "permit", "point": point}):
        entered(**facts)
    entered(cast.outsider)
    assert RuleOverride.objects.count() == 5


@pytest.mark.parametrize(("code", "whole"), [
    ("650000", "65"), ("650100", "6501"), ("650102", "650102"), ("65", "65"),
    ("650102000000", "650102"), ("650102003000", "650102003"), ("650100000000", "6501"),
])
def test_zeros_of_an_area_mean_all_of_it(code, whole):
    assert whole_area(code) == whole


# -- withdrawing, audit, version ----------------------------------------------------------------


def test_a_withdrawn_figure_has_never_been(cast, station, entered):
    point = station().point
    row = entered()
    assert value(point) == 40
    withdraw_override(cast.manager, row, "录入有误")
    assert value(point) == 45
    entered(value="42")  # the days are free again
    assert value(point) == 42
    kept = RuleOverride.objects.get(pk=row.pk)
    assert (kept.withdrawn_why, kept.withdrawn_by) == ("录入有误", str(cast.manager.user))


def test_a_withdrawal_says_why(cast, entered):
    with pytest.raises(ValidationError) as refused:
        withdraw_override(cast.manager, entered(), "  ")
    assert refused.value.message_dict == {"why": ["请填写撤回原因"]}


def test_entering_and_withdrawing_are_audited_and_raise_the_version(cast, entered):
    row = entered()
    assert queries.rules_version() == 1
    withdraw_override(cast.manager, row, "录入有误")
    withdraw_override(cast.manager, row, "再次点击")
    assert queries.rules_version() == 2
    lines = list(AuditLine.objects.filter(kind="rules.ruleoverride").order_by("id"))
    assert [line.verb for line in lines] == ["override_rule", "withdraw_override"]
    assert (lines[0].after["value"], lines[1].after["reason"]) == ("40", "录入有误")
    seal()
    assert verify_audit().ok


def test_the_first_day_that_a_change_touches_is_known(cast, station, entered):
    point = station().point
    before = timezone.now()
    assert queries.changed_since(point, before) is None
    row = entered(link="region", area="65")
    entered(cast.outsider, since=date(2020, 1, 1))
    entered(link="region", area="11", since=date(2021, 1, 1))
    assert queries.changed_since(point, before) == date(2026, 3, 1)
    between = timezone.now()
    assert queries.changed_since(point, between) is None
    withdraw_override(cast.manager, row, "录入有误")
    assert queries.changed_since(point, between) == date(2026, 3, 1)


def test_an_entry_that_the_book_has_outgrown_is_left_out_and_shown(cast, station, entered):
    point = station().point
    entered()
    RuleOverride.objects.update(value="forty")
    assert value(point) == 45
    assert [row.value for row in queries.misfits(queries.overrides_of(cast.manager))] == ["forty"]


def test_switches_and_yes_or_no_take_their_words(station, entered):
    point = station(kind="water").point
    entered(name="water.overdue", value="none")
    entered(name="water.flow_zero_invalid", value="false")
    entered(name="gas.o2.guard", value="20.5")
    names = ("water.overdue", "water.flow_zero_invalid", "gas.o2.guard")
    assert [value(point, name) for name in names] == ["none", False, 20.5]
