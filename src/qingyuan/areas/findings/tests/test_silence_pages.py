"""Silences and rules by their pages."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.findings import silences
from qingyuan.areas.findings.kinds import KINDS
from qingyuan.areas.findings.models import FindingRule, Silence
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.findings.thresholds import words
from qingyuan.areas.organisations.models import AuditLine

HOUR = 3_600_000


def test_a_finding_is_silenced_from_its_page_and_speaks_again(cast, found, browser_of, budget):
    one = found()
    client = browser_of("reviewer")
    assert f"/findings/silences/new/?finding={one.pk}" in client.get(
        f"/findings/{one.pk}/").content.decode()
    form = client.get(f"/findings/silences/new/?finding={one.pk}").content.decode()
    assert '<option value="over_limit_hour" selected>' in form
    refused = client.post("/findings/silences/new/", {
        "kind": "", "point": "", "until": "2020-01-01T00:00", "reason": "检修"})
    assert refused.status_code == 422
    client.post("/findings/silences/new/", {
        "kind": "over_limit_hour", "point": one.point_id, "factor": "a21026",
        "until": later(20), "reason": "脱硫塔检修"})
    one.refresh_from_db()
    assert one.silenced
    with budget("silences"):
        assert "脱硫塔检修" in client.get("/findings/silences/").content.decode()
    row = Silence.objects.get()
    assert browser_of("outsider").post(f"/findings/silences/{row.pk}/end/").status_code == 404
    assert browser_of("engineer").post(f"/findings/silences/{row.pk}/end/").status_code == 403
    browser_of("manager").post(f"/findings/silences/{row.pk}/end/")
    one.refresh_from_db()
    assert not one.silenced
    assert "提前结束" in browser_of("engineer").get(
        "/findings/silences/?state=past").content.decode()
    assert list(AuditLine.objects.filter(kind="findings.silence").order_by("id").values_list(
        "verb", flat=True)) == ["silence", "end_silence"]


def later(hours: int) -> str:
    from datetime import timedelta

    from django.utils import timezone

    from qingyuan.kernel.clock import CST

    return f"{(timezone.now() + timedelta(hours=hours)).astimezone(CST):%Y-%m-%dT%H:%M}"


def test_every_threshold_has_words_and_the_list_shows_every_kind(cast, browser_of, budget):
    for code, kind in KINDS.items():
        for name in kind.thresholds:
            assert str(words(code, name).label)
    client = browser_of("storekeeper")
    with budget("finding rules"):
        page = client.get("/findings/rules/").content.decode()
    for code in KINDS:
        assert f'href="/findings/rules/{code}/"' in page
    assert "伴热管温度下限" in page


def test_unit_sets_a_kind_otherwise_an_exception_and_goes_back(cast, point, browser_of, budget):
    client = browser_of("manager")
    said = {"on": "on", "severity": "", "respond_minutes": "30", "handle_minutes": "",
            "t_minutes": "45", "reason": "合同约定"}
    assert client.post("/findings/rules/offline/", {**said, "reason": ""}).status_code == 422
    client.post("/findings/rules/offline/", said)
    client.post(f"/findings/rules/offline/?point={point.pk}", {"reason": "备用点位"})
    unit = RuleSet(cast.houses.unit)
    assert (unit.at("offline").respond, unit.at("offline").thresholds) == (30, {"minutes": 45.0})
    assert not unit.at("offline", point.pk).on
    with budget("finding rule"):
        page = client.get("/findings/rules/offline/").content.decode()
    assert "备用点位" in page
    assert "offline" in browser_of("engineer").get("/findings/rules/?own=1").content.decode()
    own = FindingRule.objects.get(point=None)
    assert browser_of("outsider").post(f"/findings/rules/{own.pk}/clear/",
                                       {"why": "x"}).status_code == 404
    browser_of("manager").post(f"/findings/rules/{own.pk}/clear/", {"why": "合同到期"})
    assert RuleSet(cast.houses.unit).at("offline").respond == "fault.reply"
    assert list(AuditLine.objects.filter(kind="findings.findingrule").order_by("id").values_list(
        "verb", flat=True)) == ["set_finding_rule", "set_finding_rule", "clear_finding_rule"]


def test_who_may_not_set_a_rule(cast, neighbour, browser_of):
    assert browser_of("engineer").post("/findings/rules/zero/", {
        "reason": "x"}).status_code == 404
    with pytest.raises(PermissionDenied):
        silences.set_rule(cast.engineer, "zero", reason="x")
    with pytest.raises(ValidationError, match="阈值"):
        silences.set_rule(cast.manager, "zero", thresholds={"ratio": 1}, reason="x")
    assert browser_of("manager").get(
        f"/findings/rules/zero/?point={neighbour.point.pk}").status_code == 404
