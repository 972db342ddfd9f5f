"""A comparison sample from the bottle to the report, and what a day knows of the laboratory."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from qingyuan.areas.assets.models import Instrument, MonitoringSystem
from qingyuan.areas.assets.queries import today
from qingyuan.areas.laboratory import actions, establishing, facts, jobs, queries
from qingyuan.areas.laboratory.holding import holdings
from qingyuan.areas.laboratory.models import Laboratory, Sample, State
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine, Membership, User
from qingyuan.areas.organisations.references import shown
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.search.index import find

pytestmark = pytest.mark.django_db
HOUR = 3_600_000
COD, NH3 = "w01018", "w21003"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def analyst(cast) -> Scope:
    user = User.objects.create(username="analyst", name="示例分析员")
    Membership.objects.create(user=user, organisation=cast.houses.unit, role="analyst")
    cast.analyst = Scope(cast.houses.unit, "analyst", user)
    return cast.analyst


@pytest.fixture
def lab(cast) -> Laboratory:
    return establishing.set_laboratory(
        cast.manager, None, name="示例检测有限公司", ownership="contracted",
        since=date(2026, 1, 1), days=3)


@pytest.fixture
def outlet(station):
    return station("010000A8900016F000169D02", "water", "2 号排口").point


@pytest.fixture
def sample(cast, outlet, lab):
    """One of an hour ago: COD and ammonia, two parallel bottles."""
    return actions.take(
        cast.engineer, outlet, factors=[COD, NH3], taken_at=actions.now_ms() - HOUR,
        laboratory=lab, bottle="A1", parallels=["A2", "A3"], record_ref="record:12")


def test_a_sample_goes_from_hand_to_hand_until_its_report_is_there(cast, analyst, sample, lab):
    assert (sample.state, sample.holder) == (State.TAKEN, "示例engineer")
    row = actions.hand_over(cast.engineer, sample, taker="示例司机", condition="完好，冷藏")
    row = actions.receive(analyst, row, condition="完好，4 ℃")
    assert row.due == today() + timedelta(days=3)
    assert queries.standing(row) == f"在实验室，最迟 {row.due} 出结果"
    row = actions.analyse(analyst, row, {COD: {"value": 41.5, "method": "HJ 828-2017"},
                                         NH3: {"value": "1.2"}})
    scan = keep(analyst)
    row = actions.report(analyst, row, report_no="示例-2026-001", scan=scan)
    assert (row.state, [one["value"] for one in row.results]) == (State.REPORTED, [41.5, 1.2])
    chain = list(row.custody.values_list("giver", "taker", "who"))
    assert chain == [("示例engineer", "示例司机", "示例engineer"),
                     ("示例司机", "示例分析员", "示例分析员")]
    verbs = AuditLine.objects.filter(kind="laboratory.sample").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "take_sample", "hand_over_sample", "receive_sample", "analyse_sample", "report_sample"]
    assert [hit.ref for hit in find(cast.manager, "氨氮 示例检测").rows] == [f"sample:{row.pk}"]
    assert shown(cast.manager, f"sample:{row.pk}").state == "reported"


def keep(scope) -> str:
    from qingyuan.areas.files import actions as files

    return files.keep(scope, PDF, kind="scan", name="示例报告.pdf").sha256


def test_a_sample_keeps_as_long_as_its_most_delicate_parameter(sample):
    assert sample.hold_until == sample.taken_at + 24 * HOUR
    assert [(one["name"], one["hours"], one["status"]) for one in sample.holds] == [
        ("化学需氧量", 48, "recalled"), ("氨氮", 24, "recalled")]
    assert sample.preservative == "硫酸，pH≤2"
    assert {one.status for one in holdings().values()} == {"recalled"}
    assert all("HJ 493" in one.cite and one.hours > 0 for one in holdings().values())


def test_a_number_is_used_once_and_the_next_is_given(cast, outlet, sample):
    stem = sample.number.rpartition("-")[0]
    more = {"factors": [COD], "taken_at": sample.taken_at}
    assert actions.take(cast.engineer, outlet, **more).number == f"{stem}-02"
    with pytest.raises(ValidationError, match="样品编号已经用过"):
        actions.take(cast.engineer, outlet, number=sample.number, **more)
    with pytest.raises(ValidationError, match="平行样瓶号不能重复"):
        actions.take(cast.engineer, outlet, bottle="B", parallels=["B"], **more)
    with pytest.raises(ValidationError, match="不能晚于现在"):
        actions.take(cast.engineer, outlet, factors=[COD], taken_at=actions.now_ms() + HOUR)
    with pytest.raises(ValidationError, match="请选择检测项目"):
        actions.take(cast.engineer, outlet, factors=["x"], taken_at=sample.taken_at)


def test_no_step_is_skipped_and_time_does_not_go_back(cast, analyst, sample):
    with pytest.raises(ValidationError, match="样品已采样，不能这样登记"):
        actions.analyse(analyst, sample, {})
    with pytest.raises(ValidationError, match="请填写样品状态"):
        actions.hand_over(cast.engineer, sample, taker="示例司机", condition=" ")
    with pytest.raises(ValidationError, match="上一次交接之后"):
        actions.receive(analyst, sample, condition="完好", at=sample.taken_at - 1)
    row = actions.receive(analyst, sample, condition="完好")
    with pytest.raises(ValidationError, match="请填写 氨氮 的结果"):
        actions.analyse(analyst, row, {COD: {"value": 1}, NH3: {"value": "nan"}})
    row = actions.analyse(analyst, row, {COD: {"value": 1}, NH3: {"value": 0}})
    with pytest.raises(ValidationError, match="请上传报告"):
        actions.report(analyst, row, report_no="1", scan="")
    with pytest.raises(ValidationError, match="附件不存在"):
        actions.report(analyst, row, report_no="1", scan="0" * 64)


def test_what_will_be_too_late_is_said_before_it_is(cast, sample):
    def codes(at: int) -> list[str]:
        return [one.code for one in queries.warnings(sample, at)]

    assert codes(sample.hold_until - 7 * HOUR) == []
    assert codes(sample.hold_until - 1) == ["hold_soon"]
    assert codes(sample.hold_until) == ["hold_soon"]
    assert codes(sample.hold_until + 1) == ["hold_over"]
    sample.needed = sample.due
    assert codes(sample.taken_at) == []
    sample.needed = sample.due - timedelta(days=1)
    assert codes(sample.taken_at) == ["too_late"]
    sample.needed, sample.hold_until = None, None
    assert codes(sample.taken_at + 24 * HOUR * 5) == ["overdue"]
    sample.state, sample.hold_until, sample.analysed_at = "reported", 5, 6
    assert codes(7) == ["analysed_late"]


def test_the_taker_and_the_analysts_hear_of_it_once(cast, analyst, sample):
    assert jobs.warn() == ""
    assert jobs.warn(sample.hold_until - HOUR) == "1 samples"
    assert jobs.warn(sample.hold_until - HOUR) == ""
    assert jobs.warn(sample.hold_until + HOUR) == "1 samples"
    told = Notice.objects.filter(ref=f"sample:{sample.pk}")
    assert set(told.values_list("person__name", flat=True)) == {"示例engineer", "示例分析员"}
    actions.drop(cast.engineer, sample, "invalid", "示例：超过保存期限")
    assert jobs.warn(sample.hold_until + 2 * HOUR) == ""


def test_lost_or_void_needs_a_reason_and_ends_it(cast, sample):
    with pytest.raises(ValidationError, match="请填写原因"):
        actions.drop(cast.engineer, sample, "lost", "")
    with pytest.raises(ValidationError, match="请选择遗失或作废"):
        actions.drop(cast.engineer, sample, "reported", "x")
    row = actions.drop(cast.engineer, sample, "lost", "示例：途中破损")
    assert list(queries.waiting(cast.manager)) == []
    with pytest.raises(ValidationError, match="样品遗失"):
        actions.receive(cast.engineer, row, condition="完好")


def test_a_record_asks_for_its_samples_and_nobody_for_another_units(cast, sample, outlet):
    assert queries.samples_for(cast.houses.unit, "record:12") == [sample]
    assert queries.samples_for(cast.houses.other, "record:12") == []
    assert list(queries.waiting(cast.outsider)) == []
    with pytest.raises(Sample.DoesNotExist):
        actions.receive(cast.outsider, sample, condition="完好")
    with pytest.raises(PermissionDenied):
        actions.take(cast.storekeeper, outlet, factors=[COD], taken_at=1)
    with pytest.raises(PermissionDenied):
        establishing.set_laboratory(cast.engineer, None, name="x", ownership="own",
                                    since=today())


def test_what_a_day_knows_of_the_laboratory(cast, lab, outlet):
    unit = cast.houses.unit
    assert facts.lab(cast.houses.other, today()) is None
    assert facts.lab(unit, today()).cma_no == ""
    for number, issued, expires in (("CMA-1", date(2020, 3, 1), date(2026, 2, 28)),
                                    ("CMA-2", date(2026, 4, 1), date(2032, 3, 31))):
        establishing.accredit(cast.manager, lab, cma_no=number, issued=issued,
                              cma_expires=expires)
    said = facts.lab(unit, date(2026, 3, 10))
    assert (said.cma_no, said.cma_expires) == ("CMA-1", date(2026, 2, 28)), "renewed only later"
    assert facts.lab(unit, date(2026, 4, 1)).cma_no == "CMA-2"
    assert (said.scope_covers, said.staff_qualified) == (None, None)
    system = MonitoringSystem.objects.create(
        point=outlet, kind="water", name="示例水站", since=date(2020, 1, 1))
    Instrument.objects.create(system=system, name="示例氨氮仪", factors=[NH3, COD],
                              since=date(2020, 1, 1))
    establishing.set_scope(cast.manager, lab, "氨氮 | HJ 535-2009\n\n嗅味 | 示例方法")
    assert facts.lab(unit, today()).scope_covers is False
    establishing.set_scope(cast.manager, lab, "氨氮 | HJ 535-2009\n化学需氧量 | HJ 828-2017")
    assert facts.lab(unit, today()).scope_covers is True
    person = establishing.add_person(cast.manager, lab, name="示例检测员", since=date(2026, 1, 1),
                                     number="J-1", expires=today())
    assert facts.lab(unit, today()).staff_qualified is True
    assert facts.lab(unit, today() + timedelta(days=1)).staff_qualified is False
    establishing.end_person(cast.manager, person, today())
    assert facts.lab(unit, today() + timedelta(days=1)).staff_qualified is None
    with pytest.raises(ValidationError, match="第 2 行"):
        establishing.set_scope(cast.manager, lab, "氨氮 | HJ 535-2009\n总磷")


def test_pages(cast, analyst, sample, lab, outlet, browser_of, budget):
    client = browser_of("manager")
    with budget("samples"):
        page = client.get("/samples/").content.decode()
    assert sample.number in page
    assert "化学需氧量、氨氮" in page
    with budget("sample"):
        page = client.get(f"/samples/{sample.pk}/").content.decode()
    assert "待与正文核对" in page
    assert "平行样 A2、A3" in page
    with budget("laboratories"):
        assert lab.name in client.get("/laboratory/").content.decode()
    for address in ("/samples/?state=all&q=2", "/samples/?state=lost", "/samples/table.csv",
                    "/samples/table.xlsx", f"/laboratory/{lab.pk}/", "/samples/?record=5"):
        assert client.get(address).status_code == 200, address
    made = client.post("/samples/", {
        "point": outlet.pk, "taken_at": "2026-11-20T09:00", "taken_by": "示例采样员",
        "factors": [COD, "w21011"], "parallels": "B2，B3"})
    assert made.status_code == 302
    row = Sample.objects.get(taken_by="示例采样员")
    assert (row.parallels, row.hold_until - row.taken_at) == (["B2", "B3"], 24 * HOUR)
    assert client.post("/samples/", {"point": outlet.pk}).status_code == 422
    where = f"/samples/{row.pk}/"
    assert client.post(where, {"verb": "report"}).status_code == 404
    assert client.post(where, {
        "verb": "receive", "receive-laboratory": lab.pk, "receive-taker": "示例分析员",
        "receive-condition": "完好"}).status_code == 302
    assert client.post(where, {"verb": "analyse", f"analyse-value-{COD}": "x"}).status_code == 422
    assert client.post(where, {
        "verb": "analyse", f"analyse-value-{COD}": "33", "analyse-value-w21011": "0.4",
        f"analyse-unit-{COD}": "mg/L", "analyse-unit-w21011": "mg/L"}).status_code == 302
    assert "分析时已过保存期限" in client.get(where).content.decode()
    assert client.post(where, {
        "verb": "report", "report-report_no": "示例-2",
        "report-upload": SimpleUploadedFile("r.pdf", PDF, "application/pdf")}).status_code == 302
    row.refresh_from_db()
    assert client.get(f"{where}files/{row.report}/").content == PDF
    outsider = browser_of("outsider")
    assert outsider.get(where).status_code == 404
    assert outsider.get(f"{where}files/{row.report}/").status_code == 404
    assert outsider.get(f"/laboratory/{lab.pk}/").status_code == 404
    assert browser_of("discharger").get("/samples/").status_code == 403


def test_a_laboratory_is_kept_on_its_page(cast, lab, browser_of):
    client, where = browser_of("manager"), f"/laboratory/{lab.pk}/"
    assert client.post(where, {
        "verb": "certificate", "certificate-cma_no": "CMA-9", "certificate-issued": "2026-01-01",
        "certificate-cma_expires": "2031-12-31", "certificate-upload": SimpleUploadedFile(
            "c.pdf", PDF, "application/pdf")}).status_code == 302
    held = lab.accreditations.get()
    assert client.get(f"{where}files/{held.scan}/").content == PDF
    assert client.post(where, {"verb": "scope", "scope-lines": "氨氮 | HJ 535-2009"}
                       ).status_code == 302
    assert client.post(where, {"verb": "person", "person-name": "示例检测员",
                               "person-since": "2026-01-01"}).status_code == 302
    person = lab.people.get()
    assert client.post(where, {"verb": "end", "person": person.pk}).status_code == 302
    answer = client.post(where, {"verb": "edit", "edit-name": "", "edit-ownership": "own"})
    assert answer.status_code == 422
    assert "必填" in answer.content.decode()
    assert client.post("/laboratory/", {"name": lab.name, "ownership": "own", "days": 3,
                                        "since": "2026-01-01"}).status_code == 422
    assert browser_of("engineer").post(where, {"verb": "scope", "scope-lines": ""}
                                       ).status_code == 403
    assert lab.lines.count() == 1


def test_the_api_does_the_same(cast, sample, lab, browser_of):
    client = browser_of("engineer")

    def post(address: str, **body):
        return client.post(f"/api/v1{address}", body, content_type="application/json")

    assert [one["number"] for one in client.get("/api/v1/samples?record_ref=record:12").json()
            ] == [sample.number]
    where = f"/samples/{sample.pk}"
    assert post(f"{where}/hand-over", taker="", condition="完好").status_code == 422
    assert post(f"{where}/receive", condition="完好", laboratory=lab.pk).json()["state"] == (
        "received")
    assert post(f"{where}/results", results={COD: {"value": 1}, NH3: {"value": 2}}).json()[
        "results"][0]["unit"] == "mg/L"
    assert len(client.get(f"/api/v1{where}").json()["custody"]) == 1
    assert browser_of("outsider").get(f"/api/v1{where}").status_code == 404
    assert client.get("/api/v1/laboratories").json()[0]["name"] == lab.name
    assert post("/laboratories", name="x", ownership="own", since="2026-01-01"
                ).status_code == 403
