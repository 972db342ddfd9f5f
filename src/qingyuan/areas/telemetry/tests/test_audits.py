"""The quarterly audit: figures, clock by region, freezing, confirming, changing."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry import audits
from qingyuan.areas.telemetry.facts import Proof, add_mark
from qingyuan.areas.telemetry.models import Factor, HourValue, QuarterValue
from qingyuan.areas.telemetry.queries import audits as queries
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
Q3 = "2026Q3"


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=CST).timestamp())


@pytest.fixture
def quarter(station):
    """Four judged hours of SO2: valid, faulty, faulty, stopped; capture 1/3."""
    one = station()
    factor = Factor.objects.get(code="a21026")
    start = at("2026-08-01 00:00")
    verdicts = [("valid", ""), ("invalid", "fault"), ("invalid", "fault;o2_missing"),
                ("stopped", "stopped")]
    for hour, (verdict, reason) in enumerate(verdicts):
        HourValue.objects.create(point=one.point, time=start + 3600 * hour, factor=factor,
                                 count=0, verdict=verdict, reason=reason, rules="x", inputs="x",
                                 at=0)
    QuarterValue.objects.create(
        point=one.point, time=at("2026-07-01 00:00"), factor=factor, count=0, verdict="invalid",
        rules="x", inputs="x", at=0, hours=4, stopped=1, invalid=2, capture=1 / 3)
    one.factor = factor
    return one


def test_figures_say_what_the_rate_is_made_of(cast, quarter):
    figures = queries.figures_of(cast.manager, quarter.point, Q3)
    one = figures["factors"][0]
    assert (one["hours"], one["stopped"], one["invalid"], one["pass"]) == (4, 1, 2, False)
    assert one["verdicts"] == {"invalid": 2, "stopped": 1, "valid": 1}
    assert one["reasons"] == {"fault": 2, "stopped": 1}
    assert one["unmarked"] == [[at("2026-08-01 01:00"), at("2026-08-01 03:00")]]
    assert figures["clause"].startswith("HJ 75-2017")


def test_a_declared_mark_covers_its_hours(cast, quarter):
    start = at("2026-08-01 01:30")
    add_mark(cast.manager, quarter.point, kind="fault", start=start, end=start + 60,
             state="declared")
    add_mark(cast.manager, quarter.point, kind="fault", start=start + 3600, end=start + 3660)
    one = queries.figures_of(cast.manager, quarter.point, Q3)["factors"][0]
    assert one["unmarked_hours"] == 1  # the second is only prepared


@pytest.mark.parametrize(("now", "state", "left"), [
    ("2026-09-30 12:00", "not_due", 5), ("2026-10-01 08:00", "due", 5),
    ("2026-10-12 08:00", "due", 1), ("2026-10-13 23:59", "due", 0),
    ("2026-10-14 00:00", "overdue", -1),
])
def test_the_clock_counts_the_regions_working_days(cast, quarter, now, state, left):
    standing = queries.standing_of(cast.manager, quarter.point, Q3, now=at(now))
    assert (standing.state, standing.left) == (state, left)
    assert standing.deadline.day == date(2026, 10, 13)
    assert standing.deadline.calendar == "新疆工作日历（含肉孜节、古尔邦节）"


def test_waste_water_has_no_such_duty(cast, station):
    one = station(kind="water", mn="010000A8900016F000169D02")
    standing = queries.standing_of(cast.manager, one.point, Q3, now=at("2026-10-12 08:00"))
    assert (standing.deadline, standing.state) == (None, "no_data")


def prepare(cast, quarter, **how):
    return audits.prepare_audit(cast.reviewer, quarter.point, Q3, now=at("2026-10-09 09:00"), **how)


def test_prepared_then_confirmed_by_the_discharger(cast, quarter):
    row = prepare(cast, quarter)
    assert queries.standing_of(cast.manager, quarter.point, Q3).state == "prepared"
    done = audits.confirm_audit(cast.discharger, row, name="示例负责人", on=date(2026, 10, 10),
                                digest=row.digest)
    assert (done.confirmed_by, done.confirmed_on) == ("示例负责人", date(2026, 10, 10))
    assert queries.standing_of(cast.manager, quarter.point, Q3).state == "confirmed"
    verbs = list(AuditLine.objects.filter(kind="telemetry.quarteraudit").order_by("id")
                 .values_list("verb", flat=True))
    assert verbs == ["prepare_audit", "confirm_audit"]


def test_the_unit_records_a_confirmation_only_with_the_scan(cast, quarter):
    row = prepare(cast, quarter)
    typed = {"name": "示例负责人", "on": date(2026, 10, 10), "digest": row.digest}
    with pytest.raises(ValidationError) as refused:
        audits.confirm_audit(cast.manager, row, **typed)
    assert "scan" in refused.value.message_dict
    done = audits.confirm_audit(cast.manager, row, scan=Proof("proofs/x.pdf", "a" * 64), **typed)
    assert done.scan == "proofs/x.pdf"


def test_the_same_figures_prepared_again_change_nothing(cast, quarter):
    row = prepare(cast, quarter)
    audits.confirm_audit(cast.discharger, row, name="示例", on=date(2026, 10, 10),
                         digest=row.digest)
    assert prepare(cast, quarter).confirmed_by == "示例"


def test_figures_that_changed_are_shown_and_prepared_again(cast, quarter):
    row = prepare(cast, quarter)
    QuarterValue.objects.update(invalid=1, capture=2 / 3)
    assert queries.standing_of(cast.manager, quarter.point, Q3).state == "changed"
    with pytest.raises(ValidationError, match="重新编制"):
        audits.confirm_audit(cast.discharger, row, name="示例", on=date(2026, 10, 10),
                             digest=row.digest)
    found = queries.differences(row.figures, queries.figures_of(cast.manager, quarter.point, Q3))
    assert [(one.what, one.then, one.now) for one in found] == [
        ("invalid", 2, 1), ("capture", 1 / 3, 2 / 3)]
    again = prepare(cast, quarter)
    assert again.digest != row.digest
    assert queries.standing_of(cast.manager, quarter.point, Q3).state == "prepared"


@pytest.mark.parametrize(("facts", "match"), [
    ({"digest": "other"}, "重新编制"), ({"name": " "}, "姓名"), ({"on": date(2099, 1, 1)}, "将来"),
])
def test_a_confirmation_that_makes_no_sense(cast, quarter, facts, match):
    row = prepare(cast, quarter)
    typed = {"name": "示例", "on": date(2026, 10, 10), "digest": row.digest} | facts
    with pytest.raises(ValidationError, match=match):
        audits.confirm_audit(cast.discharger, row, **typed)


def test_a_quarter_that_is_not_over_or_empty_cannot_be_prepared(cast, quarter):
    with pytest.raises(ValidationError, match="还没有结束"):
        audits.prepare_audit(cast.manager, quarter.point, Q3, now=at("2026-09-30 12:00"))
    with pytest.raises(ValidationError, match="没有判定过"):
        audits.prepare_audit(cast.manager, quarter.point, "2026Q2", now=at("2026-10-09 09:00"))


def test_roles_and_scope(cast, quarter):
    for scope in (cast.engineer, cast.discharger, cast.inspector):
        with pytest.raises(PermissionDenied):
            audits.prepare_audit(scope, quarter.point, Q3)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        audits.prepare_audit(cast.outsider, quarter.point, Q3)
    row = prepare(cast, quarter)
    with pytest.raises(PermissionDenied):
        audits.confirm_audit(cast.reviewer, row, name="x", on=date(2026, 10, 10), digest=row.digest)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        audits.confirm_audit(cast.outsider, row, name="x", on=date(2026, 10, 10), digest=row.digest)


def test_the_pages_lead_from_list_to_confirmation(browser_of, quarter):
    client = browser_of("manager")
    listed = client.get(f"/audits/?quarter={Q3}")
    assert [one.point for one in listed.context["page"]] == [quarter.point]
    address = f"/audits/{quarter.point.pk}/{Q3}/"
    shown = client.get(address).content.decode()
    assert "33.33" in shown
    assert f"/points/{quarter.point.pk}/hours/?day=2026-08-01" in shown
    client.post(f"{address}prepare/", {"note": "示例说明"})
    digest = client.get(address).context["row"].digest
    typed = {"name": "示例负责人", "on": "2026-10-10", "digest": digest}
    refused = client.post(f"{address}confirm/", typed)
    assert refused.status_code == 422
    assert "须上传排污单位签字盖章的扫描件" in refused.content.decode()
    wrong = client.post(f"{address}confirm/", typed | {
        "scan": SimpleUploadedFile("x.pdf", b"<html>")})
    assert wrong.status_code == 422
    client.post(f"{address}confirm/", typed | {
        "scan": SimpleUploadedFile("扫描.pdf", b"%PDF-1.7 example")})
    assert "已确认" in client.get(address).content.decode()
    scan = client.get(f"{address}scan/")
    assert b"".join(scan.streaming_content) == b"%PDF-1.7 example"
    assert browser_of("outsider").get(f"{address}scan/").status_code == 404


@pytest.mark.parametrize("path", ["", "prepare/", "confirm/", "scan/"])
def test_another_unit_finds_no_audit(browser_of, quarter, path):
    client = browser_of("outsider")
    address = f"/audits/{quarter.point.pk}/{Q3}/{path}"
    answers = {client.get(address).status_code, client.post(address).status_code}
    assert answers <= {404, 405}
    assert browser_of("manager").get(f"/audits/{quarter.point.pk}/2026Q9/").status_code == 404


@pytest.mark.parametrize(("name", "path"), [("audits", "/audits/?quarter=2026Q3"),
                                            ("audit", "/audits/{pk}/2026Q3/")])
def test_budgets(browser_of, quarter, station, budget, name, path):
    for number in range(5):
        station(mn=f"010000A8900016F000169E{number:02d}", name=f"另 {number} 号")
    client = browser_of("manager")
    with budget(name):
        assert client.get(path.format(pk=quarter.point.pk)).status_code == 200
