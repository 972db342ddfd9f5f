"""Stops of the source: what suspends the duties, what a restart asks for, what judging is told."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import midnight, today
from qingyuan.areas.maintenance.agreements import stops
from qingyuan.areas.maintenance.agreements.stop_rules import standing
from qingyuan.areas.maintenance.models import SourceStop, Task
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry.models import Event

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def ago(days: float) -> datetime:
    return timezone.now().replace(microsecond=0) - timedelta(days=days)


@pytest.fixture
def at(served):
    """A gas point whose clocks run and whose visits are planned, since half a year."""

    def enter(kind: str = "gas"):
        one = served(kind, since=today() - timedelta(days=200))
        clocks.refresh(one.unit)
        plan(one.unit)
        return one

    return enter


def rounds(one) -> int:
    return Task.objects.filter(point=one.point, kind="round").exclude(state="withdrawn").count()


def test_up_to_a_quarter_suspends_nothing_filed_or_not(cast, at):
    one = at()
    planned = rounds(one)
    stop = stops.record_stop(cast.engineer, one.point, since=ago(10), reason="检修",
                             planned_until=ago(-20))
    stops.file_stop(cast.engineer, stop, filed_on=today(), filing="示例备〔2026〕1 号")
    stop.refresh_from_db()
    assert (standing(stop).state, standing(stop).suspends) == ("running", False)
    assert rounds(one) == planned > 0


def test_longer_than_a_quarter_suspends_once_it_is_filed(cast, at):
    one = at()
    stop = stops.record_stop(cast.manager, one.point, since=ago(100), reason="停产",
                             planned_until=ago(-60))
    assert standing(stop).state == "unfiled"
    assert rounds(one) > 0
    stop = stops.file_stop(cast.manager, stop, filed_on=today(), filing="示例备〔2026〕2 号",
                           scan=ContentFile(PDF, "备案.pdf"))
    assert (standing(stop).state, standing(stop).suspended_since) == ("suspended", today())
    assert rounds(one) == 0
    assert stop.filing_scan


def test_a_long_stop_that_is_only_planned_is_not_late_with_its_filing(cast, at):
    one = at()
    stop = stops.record_stop(cast.manager, one.point, since=ago(5), reason="停产",
                             planned_until=ago(-120))
    found = standing(stop)
    assert (found.state, found.long, found.suspends) == ("running", True, False)
    assert (found.limit.value, found.limit.unit) == (3, "month")


def test_judging_is_told_of_the_stop_and_of_its_end(cast, at):
    one = at()
    stop = stops.record_stop(cast.engineer, one.point, since=ago(3), reason="检修")
    event = Event.objects.get(pk=stop.event)
    assert (event.kind, event.start, event.end) == ("stop", int(stop.since.timestamp()), None)
    stop = stops.restart(cast.engineer, stop, ago(1))
    later = Event.objects.get(replaced_by=None, kind="stop")
    assert (later.pk, later.end) == (stop.event, int(stop.restart_at.timestamp()))
    stops.withdraw_stop(cast.engineer, stop, "登记错了点位")
    assert Event.objects.get(pk=stop.event).withdrawn_why == "登记错了点位"
    assert list(AuditLine.objects.filter(kind="maintenance.sourcestop").order_by("id")
                .values_list("verb", flat=True)) == [
        "record_stop", "restart_source", "withdraw_stop"]


def restarted(cast, one, at):
    stop = stops.record_stop(cast.manager, one.point, since=ago(120), reason="停产",
                             planned_until=ago(-10))
    stops.file_stop(cast.manager, stop, filed_on=today() - timedelta(days=40), filing="示例备 3 号")
    return stops.restart(cast.manager, stop, at)


def test_after_a_long_stop_cems_first_then_the_source_then_verification(cast, at):
    one, start = at(), midnight(today() + timedelta(days=5)) + timedelta(hours=10)
    restarted(cast, one, start)
    before, after = Task.objects.exclude(kind="round").order_by("due_at")
    assert (before.kind, [s.form for s in before.sheets.all()]) == (
        "restart", ["hj75.g1", "hj75.g4"])
    assert before.due_at == round((start - timedelta(hours=24)).timestamp() * 1000)
    assert before.day == today() + timedelta(days=4)
    assert "hj75.calibration.extractive" in before.sheets.get(form="hj75.g4").duties
    assert (after.kind, [s.form for s in after.sheets.all()]) == ("joint", ["hj75.g5"])
    assert (after.opens, after.due) == (start.date(), start.date() + timedelta(days=14))
    assert after.sheets.get().duties == ["hj75.verification"]
    assert before.fixed
    assert after.fixed


def test_an_announced_restart_may_be_put_off_and_its_tasks_go_along(cast, at):
    one = at()
    stop = restarted(cast, one, midnight(today() + timedelta(days=5)))
    stops.restart(cast.manager, stop, midnight(today() + timedelta(days=8)))
    before, after = Task.objects.exclude(kind="round").order_by("due_at")
    assert (before.day, after.due) == (
        today() + timedelta(days=6), today() + timedelta(days=21))
    stops.withdraw_stop(cast.manager, stop, "没有停运")
    assert not Task.objects.exclude(kind="round").exclude(state="withdrawn").exists()
    assert rounds(one) > 0


def test_a_short_stop_ends_without_further_ado(cast, at):
    one = at()
    stop = stops.record_stop(cast.engineer, one.point, since=ago(10), reason="检修")
    stop = stops.restart(cast.engineer, stop, ago(0.1))
    assert standing(stop).state == "ended"
    assert not Task.objects.exclude(kind="round").exists()
    with pytest.raises(ValidationError, match="不能更改"):
        stops.restart(cast.engineer, stop, ago(0))


def test_a_stop_of_water_is_recorded_and_suspends_nothing(cast, at):
    one = at("water")
    planned = rounds(one)
    stop = stops.record_stop(cast.manager, one.point, since=ago(120), reason="停产",
                             planned_until=ago(-60))
    stop = stops.file_stop(cast.manager, stop, filed_on=today(), filing="示例备 4 号")
    found = standing(stop)
    assert (found.state, found.limit, found.suspends) == ("running", None, False)
    stops.restart(cast.manager, stop, ago(0.1))
    assert rounds(one) == planned > 0
    assert not Task.objects.exclude(kind="round").exists()


def test_two_stops_do_not_run_at_once(cast, at):
    one = at()
    stop = stops.record_stop(cast.engineer, one.point, since=ago(10), reason="检修")
    with pytest.raises(ValidationError, match="已登记停运"):
        stops.record_stop(cast.engineer, one.point, since=ago(2), reason="检修")
    stops.restart(cast.engineer, stop, ago(4))
    assert stops.record_stop(cast.engineer, one.point, since=ago(2), reason="检修").pk


def test_who_may_not(cast, at, neighbour):
    one = at()
    stop = stops.record_stop(cast.engineer, one.point, since=ago(10), reason="检修")
    for who in (cast.reviewer, cast.discharger):
        with pytest.raises(PermissionDenied):
            stops.restart(who, stop, ago(1))
    for verb in (lambda: stops.restart(cast.outsider, stop, ago(1)),
                 lambda: stops.withdraw_stop(cast.outsider, stop, "x"),
                 lambda: stops.file_stop(cast.outsider, stop, filed_on=today(), filing="x")):
        with pytest.raises(SourceStop.DoesNotExist):
            verb()
    with pytest.raises(MonitoringPoint.DoesNotExist):
        stops.record_stop(cast.engineer, neighbour.point, since=ago(1), reason="检修")


def test_pages(cast, at, browser_of, budget):
    one, client = at(), browser_of("engineer")
    made = client.post("/stops/new/", {
        "point": one.point.pk, "since": ago(100).astimezone().strftime("%Y-%m-%dT%H:%M"),
        "reason": "停产"})
    stop = SourceStop.objects.get()
    assert made["Location"] == f"/stops/{stop.pk}/"
    with budget("stop"):
        page = client.get(f"/stops/{stop.pk}/").content.decode()
    assert "超期未报备" in page
    assert "12.1.2" in page
    again = client.post(f"/stops/{stop.pk}/", {
        "verb": "file", "filed_on": today(), "filing": ""})
    assert again.status_code == 422
    sent = client.post(f"/stops/{stop.pk}/", {
        "verb": "file", "filed_on": today(), "filing": "示例备 5 号",
        "scan": ContentFile(PDF, "备案.pdf")})
    assert sent.status_code == 302
    plant = browser_of("discharger")
    with budget("stops"):
        page = plant.get("/stops/?state=now").content.decode()
    assert "已报备，运维中止" in page
    assert plant.get(f"/stops/{stop.pk}/scan/").status_code == 200
    assert "示例备 5 号" in client.get("/stops/?form=csv").content.decode()
    outsider = browser_of("outsider")
    assert [outsider.get(f"/stops/{stop.pk}/{part}").status_code for part in ("", "scan/")] == [
        404, 404]
    assert outsider.post(f"/stops/{stop.pk}/", {"verb": "withdraw", "why": "x"}).status_code == 404
    assert plant.post(
        f"/stops/{stop.pk}/", {"verb": "withdraw", "why": "x"}).status_code == 404
