"""Flags, gaps and events as suggestions."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from qingyuan.areas.telemetry.facts import record_event
from qingyuan.areas.telemetry.marking import actions
from qingyuan.areas.telemetry.marking.suggestions import accept, suggestions, together
from qingyuan.areas.telemetry.models import Factor, HourValue, Mark
from qingyuan.kernel.clock import stamp

pytestmark = pytest.mark.django_db


@pytest.fixture
def flagged(station, segment, spooled, intake, at):
    """Minutes of ten: 08:00 and 08:10 calibrating both factors, 09:00 SO2 faulty alone."""
    one = station()
    frames = []
    for time, so2, dust in (("11-22 08:00", "C", "C"), ("11-22 08:10", "C", "C"),
                            ("11-22 08:20", "N", "N"), ("11-22 09:00", "D", "N")):
        frames.append(segment(one, "2051", stamp(at(time)),
                              f"a21026-Avg=1,a21026-Flag={so2};a34013-Avg=1,a34013-Flag={dust}"))
    spooled(frames)
    intake()
    return one


def told(found):
    return [(one.kind, one.factor, one.start, one.end) for one in found]


def test_runs_of_flags(cast, flagged, at):
    found = suggestions(cast.manager, [flagged.point], at("11-22 00:00"), at("11-23 00:00"))
    assert told(found) == [
        ("calibration", "", at("11-22 08:00"), at("11-22 08:20")),
        ("fault", "a21026", at("11-22 09:00"), at("11-22 09:10")),
    ]
    assert found[0].why == "数据标识 C（校准）"


def test_factors_that_share_a_span_are_one_suggestion(cast, flagged, at):
    found = suggestions(cast.manager, [flagged.point], at("11-22 00:00"), at("11-23 00:00"))
    twin = replace(found[1], factor="a34013")
    rows = together([*found, twin])
    assert [factors for _one, factors in rows] == [[""], ["a21026", "a34013"]]


def test_what_is_marked_already_is_not_suggested(cast, flagged, at, now):
    actions.prepare_mark(cast.manager, flagged.point, kind="device_maintenance", factor="",
                         start=at("11-22 07:50"), end=at("11-22 10:00"), note="示例", now=now)
    assert suggestions(cast.manager, [flagged.point], at("11-22 00:00"), at("11-23 00:00")) == []


def test_accepting_prepares_with_reason_and_origin(cast, flagged, at, now):
    found = suggestions(cast.manager, [flagged.point], at("11-22 00:00"), at("11-23 00:00"))
    chosen = [{"point": one.point.pk, "kind": one.kind, "factors": [one.factor], "start": one.start,
               "end": one.end, "why": one.why, "origin": one.origin} for one in found]
    made, refused = accept(cast.manager, chosen, now=now)
    assert (len(made), refused) == (2, [])
    assert set(Mark.objects.values_list("origin", "state")) == {("flag", "prepared")}
    made, refused = accept(cast.manager, chosen, now=now)
    assert (len(made), len(refused)) == (0, 2)


def test_events_that_last_and_whole_hours_that_lack(cast, flagged, at, now):
    record_event(cast.manager, flagged.point, kind="maintenance", start=at("11-22 12:00"),
                 end=at("11-22 13:30"), note="换滤芯", now=now)
    factor = Factor.objects.get(code="a21026")
    for hour in ("11-22 18:00", "11-22 19:00"):
        HourValue.objects.create(point=flagged.point, time=at(hour), factor=factor, count=0,
                                 verdict="missing", rules="x", inputs="x", at=0)
    found = suggestions(cast.manager, [flagged.point], at("11-22 11:00"), at("11-23 00:00"))
    assert told(found) == [
        ("device_maintenance", "", at("11-22 12:00"), at("11-22 13:30")),
        ("communication", "", at("11-22 18:00"), at("11-22 20:00")),
    ]
    assert found[0].why == "登记的维护：换滤芯"


def test_the_page_accepts_one(browser_of, flagged):
    client = browser_of("engineer")
    address = f"/marks/suggestions/?day={date(2026, 11, 22)}"
    rows = client.get(address).context["rows"]
    assert len(rows) == 2
    client.post(address, {"suggestion": rows[0]["token"]})
    assert Mark.objects.get().kind == "calibration"
    assert len(client.get(address).context["rows"]) == 1
    client.post(address, {"suggestion": "forged"})
    assert Mark.objects.count() == 1


def test_scope(browser_of, cast, flagged, at):
    assert suggestions(cast.outsider, [flagged.point], at("11-22 00:00"), at("11-23 00:00")) == []
    with pytest.raises(PermissionDenied):
        suggestions(cast.discharger, [flagged.point], 0, 1)
    token = browser_of("manager").get("/marks/suggestions/?day=2026-11-22").context["rows"][0]
    stolen = browser_of("outsider").post("/marks/suggestions/", {"suggestion": token["token"]})
    assert stolen.status_code == 404
    assert not Mark.objects.exists()
