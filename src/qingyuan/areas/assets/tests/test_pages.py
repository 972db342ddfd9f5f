"""The station registry as people use it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from qingyuan.areas.assets import station_sheet as sheet
from qingyuan.areas.assets.models import CommandConsent, DataLogger, LoggerAssignment
from qingyuan.spool import registry

pytestmark = pytest.mark.django_db
MN = "010000A8900016F000169D01"
NEW = {
    "discharger": "示例化工有限公司",
    "outlet": "废水总排口",
    "name": "总排口",
    "kind": "water",
    "mn": "010000A8900016F000169DAA",
    "password": "654321",
    "edition": "2017",
    "feed": "direct",
    "realtime_seconds": "30",
    "minute_minutes": "10",
    "active": "on",
    "sim_iccid": "89860112345678901234",
    "sim_carrier": "中国移动",
    "sim_plan_until": "2027-06-30",
    "uploads": "192.0.2.9:9003\r\n192.0.2.10:9003",
}


def text(answer) -> str:
    return answer.content.decode()


# -- who sees what ------------------------------------------------------------------------------


def test_list_shows_own_stations_within_its_budget(browser_of, station, budget):
    for number in range(12):
        station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号点位")
    client = browser_of("manager")
    with budget("stations"):
        page = text(client.get("/stations/"))
    assert page.count("data-row") == 12
    assert "7 号点位" in page


def test_an_outsider_finds_neither_list_entry_nor_page(browser_of, station):
    one = station()
    client = browser_of("outsider")
    assert MN not in text(client.get("/stations/"))
    for tail in ("", "edit/", "links/new/", "consents/new/"):
        assert client.get(f"/stations/{one.logger.pk}/{tail}").status_code == 404
    assert client.get(f"/points/{one.point.pk}/edit/").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 200),
        ("engineer", 403),
        ("reviewer", 403),
        ("discharger", 403),
        ("inspector", 403),
    ],
)
def test_only_the_manager_edits(browser_of, station, who, status):
    one = station()
    assert browser_of(who).get(f"/stations/{one.logger.pk}/edit/").status_code == status
    assert browser_of(who).get("/stations/new/").status_code == status


@pytest.mark.parametrize(
    ("who", "seen"), [("manager", True), ("engineer", True), ("reviewer", False)]
)
def test_the_password_is_shown_to_those_who_may(browser_of, station, who, seen):
    one = station(password="Zx81pq")
    assert ("Zx81pq" in text(browser_of(who).get(f"/stations/{one.logger.pk}/"))) is seen


def test_station_page_keeps_its_budget(browser_of, station, budget):
    one = station()
    client = browser_of("manager")
    with budget("station"):
        page = text(client.get(f"/stations/{one.logger.pk}/"))
    assert "登记站点" in page  # its history


def test_empty_registry_offers_the_first_step(browser_of):
    page = text(browser_of("manager").get("/stations/"))
    assert "还没有登记站点" in page
    assert 'href="/stations/new/"' in page


# -- entering and correcting --------------------------------------------------------------------


def test_a_new_station_is_in_the_registry_file(
    browser_of, places, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser_of("manager").post("/stations/new/", NEW)
    logger = DataLogger.objects.get(mn=NEW["mn"])
    assert answer.url == f"/stations/{logger.pk}/"
    assert logger.uploads == ["192.0.2.9:9003", "192.0.2.10:9003"]
    assert registry.load(places.registry)[NEW["mn"]].password == "654321"


@pytest.mark.parametrize(
    ("field", "wrong", "reason"),
    [
        ("mn", "", "必填"),
        ("mn", "A B", "MN 不能含空格"),
        ("sim_iccid", "12", "ICCID"),
        ("relays", "nowhere", "主机:端口"),
        ("sm4_key", "12", "SM4 密钥应为 32 位"),
    ],
)
def test_a_wrong_field_says_why_and_nothing_typed_is_lost(browser_of, field, wrong, reason):
    answer = browser_of("manager").post("/stations/new/", NEW | {field: wrong})
    assert answer.status_code == 422
    assert reason in text(answer)
    kept = {
        name: value
        for name, value in NEW.items()
        if name in ("discharger", "outlet", "name", "sim_carrier") and name != field
    }
    assert all(f'value="{value}"' in text(answer) for value in kept.values())
    assert DataLogger.objects.count() == 0


def test_the_same_mn_cannot_be_entered_twice(browser_of, station):
    station(mn=NEW["mn"])
    answer = browser_of("manager").post("/stations/new/", NEW)
    assert answer.status_code == 422
    assert DataLogger.objects.count() == 1


def test_an_edit_is_kept_and_told_in_the_history(browser_of, station):
    one = station()
    client = browser_of("manager")
    facts = {**NEW, "mn": MN, "password": "123456", "sim_carrier": "中国电信"}
    assert client.post(f"/stations/{one.logger.pk}/edit/", facts).status_code == 302
    page = text(client.get(f"/stations/{one.logger.pk}/"))
    assert "修改站点" in page
    assert "中国电信" in page


def test_the_history_says_kinds_and_times_in_words(browser_of):
    client = browser_of("manager")
    assert client.post("/stations/new/", NEW).status_code == 302
    page = text(client.get(f"/stations/{DataLogger.objects.get().pk}/"))
    assert "类型：废" in page
    assert "起：最早数据" in page


@pytest.mark.parametrize(("days", "word"), [(200, "有效"), (10, "即将到期"), (-3, "已过期")])
def test_a_data_plan_that_runs_out_warns(browser_of, station, days, word):
    until = timezone.localdate() + timedelta(days=days)
    one = station(sim_plan_until=until)
    page = text(browser_of("manager").get(f"/stations/{one.logger.pk}/"))
    assert f"<span>{word}</span>" in page


# -- links and consents -------------------------------------------------------------------------


def test_ending_a_link_ends_all_its_system_codes(browser_of, station):
    one = station()
    link = LoggerAssignment.objects.filter(logger=one.logger).first()
    client = browser_of("manager")
    answer = client.post(
        f"/stations/{one.logger.pk}/links/{link.pk}/end/", {"until": "2026-11-01T00:00"}
    )
    assert answer.status_code == 302
    ends = set(LoggerAssignment.objects.filter(logger=one.logger).values_list("until", flat=True))
    assert [timezone.localtime(end).isoformat() for end in ends] == ["2026-11-01T00:00:00+08:00"]


def test_an_overlapping_link_is_refused_beside_the_field(browser_of, station):
    one = station()
    answer = browser_of("manager").post(
        f"/stations/{one.logger.pk}/links/new/",
        {"point": one.point.pk, "st": "31", "since": "2026-11-01T00:00"},
    )
    assert answer.status_code == 422
    assert "在该时段已关联点位" in text(answer)


def test_a_consent_is_recorded_and_withdrawn(browser_of, station):
    one = station()
    client = browser_of("manager")
    base = f"/stations/{one.logger.pk}/consents/"
    answer = client.post(
        f"{base}new/",
        {
            "cn": "2061",
            "since": "2026-01-01",
            "document": "示例〔2026〕1 号",
            "given_by": "示例签署人",
        },
    )
    assert answer.status_code == 302
    consent = CommandConsent.objects.get()
    assert "2061 取污染物小时数据" in text(client.get(f"/stations/{one.logger.pk}/"))
    assert browser_of("engineer").post(f"{base}{consent.pk}/withdraw/").status_code == 403
    assert client.post(f"{base}{consent.pk}/withdraw/").status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None


# -- workbook -----------------------------------------------------------------------------------


def workbook(*rows) -> BytesIO:
    book = Workbook()
    sheet = book.active
    sheet.append(["排污单位*", "排放口", "点位名称*", "类型*", "MN*", "访问密码*", "流量套餐到期"])
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "stations.xlsx"
    return out


def test_the_template_reads_back_as_one_right_row(browser_of):
    client = browser_of("manager")
    file = BytesIO(b"".join(client.get("/stations/import/template.xlsx")))
    assert load_workbook(file).active["A1"].value == "排污单位*"
    file.seek(0)
    file.name = "stations.xlsx"
    assert "1 行可导入" in text(client.post("/stations/import/", {"file": file}))


def test_a_broken_workbook_is_refused_with_a_sentence(browser_of, broken_workbook):
    file = BytesIO(broken_workbook)
    file.name = "stations.xlsx"
    answer = browser_of("manager").post("/stations/import/", {"file": file})
    assert answer.status_code == 422
    assert len(answer.context["form"].errors["file"]) == 1


def test_only_so_many_rows_are_looked_at(browser_of, monkeypatch):
    monkeypatch.setattr(sheet, "LIMIT", 3)
    looked = []
    monkeypatch.setattr(sheet, "check", lambda line, typed: looked.append(line))
    answer = browser_of("manager").post("/stations/import/", {
        "file": workbook(*([["示例单位", "", "点位", "废气"]] * 50)),
    })
    assert "3 行" in answer.context["form"].errors["file"][0]
    assert looked == [2, 3, 4, 5]


def test_every_wrong_row_is_named_and_the_right_ones_are_taken_over(browser_of, station):
    station(mn="USED0000000000000000AAAA")
    client = browser_of("manager")
    answer = client.post(
        "/stations/import/",
        {
            "file": workbook(
                [
                    "示例甲公司",
                    "总排口",
                    "甲点位",
                    "废水",
                    "NEW00000000000000000AAAA",
                    "123456",
                    "2027-01-31",
                ],
                [
                    "示例乙公司",
                    "总排口",
                    "乙点位",
                    "废渣",
                    "NEW00000000000000000BBBB",
                    "123456",
                    None,
                ],
                [
                    "示例丙公司",
                    "总排口",
                    "丙点位",
                    "废气",
                    "USED0000000000000000AAAA",
                    "123456",
                    None,
                ],
            )
        },
    )
    page = text(answer)
    assert "1 行可导入" in page
    assert "2 行有误" in page
    assert "废渣" in page
    assert DataLogger.objects.count() == 1  # a report writes nothing
    client.post("/stations/import/", {"rows": answer.context["rows"]})
    taken = DataLogger.objects.get(mn="NEW00000000000000000AAAA")
    assert taken.sim_plan_until.isoformat() == "2027-01-31"
    assert DataLogger.objects.count() == 2


def test_a_file_that_is_no_workbook_is_refused_in_words(browser_of):
    file = BytesIO(b"not a workbook")
    file.name = "stations.xlsx"
    answer = browser_of("manager").post("/stations/import/", {"file": file})
    assert answer.status_code == 422
    assert "无法读取该文件" in text(answer)
