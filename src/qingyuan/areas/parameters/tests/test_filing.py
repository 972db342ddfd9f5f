"""Filings: who may do what, what makes no sense, which one is in force, what the trail says."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.parameters import filing, jobs, queries, readings
from qingyuan.areas.parameters.filing import Line
from qingyuan.areas.parameters.models import Filing

pytestmark = pytest.mark.django_db
DAY = 86_400_000


@pytest.fixture
def draft(cast, station, so2, now):
    return filing.file(cast.engineer, station().point, lines=so2, reason="验收后首次备案",
                       valid_from=now - DAY)


def verbs() -> list[str]:
    return list(AuditLine.objects.filter(kind="parameters.filing").order_by("id").values_list(
        "verb", flat=True))


def in_force(point, at) -> dict[tuple[str, str], str]:
    return {key: line.value for key, line in
            queries.lines_in_force([point.pk], at).get(point.pk, {}).items()}


def test_draft_submitted_refused_mended_and_approved_by_the_discharger(cast, draft, so2, now):
    filing.submit(cast.engineer, draft)
    with pytest.raises(ValidationError, match="原因"):
        filing.refuse(cast.discharger, draft, " ")
    assert filing.refuse(cast.discharger, draft, "缺少验收报告").state == "refused"
    filing.edit(cast.engineer, draft, lines=so2[:2], reason="验收后首次备案，附报告",
                valid_from=now - DAY)
    filing.submit(cast.engineer, draft)
    row = filing.approve(cast.discharger, draft)
    assert (row.state, row.decided_by, row.decision) == ("approved", "示例discharger", "")
    assert in_force(row.point, now) == {("range", "a21026"): "0-200", ("slope", "a21026"): "1.000"}
    assert verbs() == ["draft_filing", "submit_filing", "refuse_filing", "edit_filing",
                       "submit_filing", "approve_filing"]


def test_nobody_approves_what_he_wrote_or_handed_in(cast, station, so2, now):
    own = filing.file(cast.manager, station().point, lines=so2, reason="首次备案",
                      valid_from=now)
    filing.submit(cast.engineer, own)
    with pytest.raises(ValidationError, match="自己"):
        filing.approve(cast.manager, own)
    assert filing.approve(cast.discharger, own).state == "approved"


@pytest.mark.parametrize("who", ["engineer", "reviewer", "storekeeper", "inspector"])
def test_roles_that_decide_nothing(cast, draft, who):
    filing.submit(cast.engineer, draft)
    with pytest.raises(PermissionDenied):
        filing.approve(getattr(cast, who), draft)


@pytest.mark.parametrize("who", ["reviewer", "discharger", "inspector"])
def test_roles_that_file_nothing(cast, draft, so2, now, who):
    scope = getattr(cast, who)
    for act in (lambda: filing.file(scope, draft.point, lines=so2, reason="x", valid_from=now),
                lambda: filing.submit(scope, draft), lambda: filing.withdraw(scope, draft),
                lambda: readings.read_by_hand(scope, draft.point, kind="pitot", value="0.84")):
        with pytest.raises(PermissionDenied):
            act()


def test_another_unit_s_filing_is_none(cast, draft, neighbour, so2, now):
    filing.submit(cast.engineer, draft)
    for act in (filing.approve, filing.submit, filing.withdraw):
        with pytest.raises(Filing.DoesNotExist):
            act(cast.outsider, draft)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        filing.file(cast.engineer, neighbour.point, lines=so2, reason="x", valid_from=now)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        readings.read_by_hand(cast.engineer, neighbour.point, kind="pitot", value="0.84")


def test_a_draft_is_the_unit_s_own_affair(cast, draft):
    assert not queries.filings_of(cast.discharger).exists()
    filing.submit(cast.engineer, draft)
    assert queries.filings_of(cast.discharger).get() == draft
    assert filing.withdraw(cast.engineer, draft).state == "draft"
    assert filing.withdraw(cast.engineer, draft).state == "withdrawn"
    assert not queries.filings_of(cast.inspector).exists()


@pytest.mark.parametrize(("line", "place"), [
    (Line("range", "a21026", "200-0"), "range.a21026"),
    (Line("range", "a21026", "很大"), "range.a21026"),
    (Line("pressure", "", "9"), "pressure."),
    (Line("slope", "a99999", "1"), "slope.a99999"),
    (Line("digestion_time", "w01018", "15"), "digestion_time.w01018"),
    (Line("slope", "a21026", "1", -0.1), "slope.a21026"),
    (Line("slope", "a21026", "1", float("nan")), "slope.a21026"),
])
def test_values_that_make_no_sense_are_refused_beside_their_field(
        cast, station, now, line, place):
    with pytest.raises(ValidationError) as refused:
        filing.file(cast.engineer, station().point, lines=[line], reason="x", valid_from=now)
    assert set(refused.value.message_dict) == {place}
    assert not Filing.objects.exists()


def test_later_filing_takes_the_former_one_s_place_when_it_begins(cast, filed, now):
    change = filing.file(cast.engineer, filed.point, reason="新限值", valid_from=now + DAY,
                         lines=[Line("range", "a21026", "0-100")])
    filing.approve(cast.manager, filing.submit(cast.engineer, change))
    assert in_force(filed.point, now)["range", "a21026"] == "0-200"
    jobs.compare_parameters(now + DAY)
    filed.filing.refresh_from_db()
    assert (filed.filing.state, filed.filing.superseded_at) == ("superseded", now + DAY)
    assert in_force(filed.point, now + DAY) == {("range", "a21026"): "0-100"}
    assert in_force(filed.point, now)["range", "a21026"] == "0-200"


def test_nothing_is_filed_behind_what_is_in_force_nor_twice_at_once(cast, filed, so2, now):
    early = filing.file(cast.engineer, filed.point, lines=so2, reason="x", valid_from=now - 9 * DAY)
    with pytest.raises(ValidationError, match="早于"):
        filing.submit(cast.engineer, early)
    one, two = (filing.file(cast.engineer, filed.point, lines=so2, reason="x", valid_from=now)
                for _n in range(2))
    filing.submit(cast.engineer, one)
    with pytest.raises(ValidationError, match="待审批"):
        filing.submit(cast.engineer, two)
    with pytest.raises(ValidationError):
        filing.withdraw(cast.engineer, filed.filing)
