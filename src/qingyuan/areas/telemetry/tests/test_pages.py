"""Overview, point, packets: what the packets say is what the pages show."""

import csv
import io
import json
import time

import pytest
from django.test import Client
from openpyxl import load_workbook

from qingyuan.areas.telemetry.models import LatestReading
from qingyuan.kernel.clock import stamp

pytestmark = pytest.mark.django_db
DAY = "interval=min&from=2026-11-23&to=2026-11-24"
MINUTE = "a21026-Min=10,a21026-Avg=12.5,a21026-Max=15,a21026-ZsAvg=14.25,a21026-Flag=N;a01011-Avg=7.1,a01011-Flag=D"


@pytest.fixture
def fed(station, segment, spooled, intake):
    """A station with one real-time packet and four minutes, one of them missing, one calibrating."""
    one = station()
    spooled([
        segment(one, "2011", "20261123140000", "a21026-Rtd=13.75,a21026-Flag=N;a01011-Rtd=7.3,a01011-Flag=D"),
        segment(one, "2051", "20261123140000", MINUTE),
        segment(one, "2051", "20261123141000", MINUTE.replace("12.5", "12.75")),
        segment(one, "2051", "20261123143000", MINUTE.replace("12.5", "0.4").replace("Flag=N", "Flag=C")),
        segment(one, "2061", "20261123130000", MINUTE),
    ])
    intake()
    return one


def text(answer) -> str:
    return answer.content.decode()


# -- overview -----------------------------------------------------------------------------------

def heard(point, seconds_ago: float) -> None:
    LatestReading.objects.filter(point=point.pk).update(at=int((time.time() - seconds_ago) * 1000))


@pytest.mark.parametrize(("seconds", "state", "word"), [
    (5, "live", "在线"), (600, "late", "延迟"), (7200, "silent", "数据中断"),
])
def test_a_silent_point_says_how_long(browser_of, fed, seconds, state, word):
    heard(fed.point, seconds)
    client = browser_of("manager")
    page = client.get(f"/?state={state}")
    assert [card["state"] for card in page.context["cards"]] == [state]
    assert f"<span>{word}</span>" in text(page)
    others = {"live", "late", "silent", "never"} - {state}
    assert all("没有符合条件的点位" in text(client.get(f"/?state={other}")) for other in others)


def test_newest_values_with_units_and_flags(browser_of, fed):
    page = text(browser_of("manager").get("/"))
    assert "13.75" in page
    assert "mg/m" in page
    assert 'title="故障">D</span>' in page


def test_counts_by_state_and_search(browser_of, fed, station):
    station(mn="010000A8900016F000169D02", kind="water", name="2 号排口")
    client = browser_of("manager")
    counts = {tab["code"]: tab["count"] for tab in client.get("/").context["tabs"]}
    assert (counts[""], counts["never"]) == (2, 1)
    for query, names in {"kind=water": ["2 号排口"], "q=9D01": ["1 号排口"], "q=号排": ["1 号排口", "2 号排口"],
                         "q=没有": []}.items():
        cards = client.get(f"/?{query}").context["cards"]
        assert [card["point"].name for card in cards] == names


def test_a_poll_without_news_is_304_and_with_news_is_not(browser_of, fed, segment, spooled, intake):
    heard(fed.point, 5)
    client = browser_of("manager")
    first = client.get("/", headers={"HX-Request": "true"})
    again = {"HX-Request": "true", "If-None-Match": first["ETag"]}
    assert client.get("/", headers=again).status_code == 304
    heard(fed.point, 3)
    changed = client.get("/", headers=again)
    assert changed.status_code == 200
    assert "<html" not in text(changed)


def test_overview_asks_as_often_for_twelve_points_as_for_one(
    browser_of, station, segment, spooled, intake, budget
):
    frames = []
    for number in range(12):
        one = station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号点位")
        frames.append((one.mn, segment(one, "2011", "20261123140000", "a21026-Rtd=1,a21026-Flag=N")))
    for mn, frame in frames:
        spooled([frame], mn=mn)
    intake()
    client = browser_of("manager")
    with budget("overview"):
        page = client.get("/")
    assert len(page.context["cards"]) == 12
    with budget("overview unchanged"):
        client.get("/", headers={"HX-Request": "true", "If-None-Match": page["ETag"]})


def test_pages_of_many_points(browser_of, station):
    for number in range(30):
        station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number:02d} 号点位")
    client = browser_of("manager")
    assert len(client.get("/").context["cards"]) == 24
    assert len(client.get("/?page=2").context["cards"]) == 6
    assert len(client.get("/?view=list").context["cards"]) == 30


# -- scope --------------------------------------------------------------------------------------

def test_an_outsider_gets_404_for_everything_of_a_point(browser_of, fed):
    client = browser_of("outsider")
    pk = fed.point.pk
    for tail in ("", "live/", "series.json", "readings.csv", "readings.xlsx", "packets/", "packets/1/",
                 "packets/1/raw", "packet-at/?interval=min&time=1"):
        assert client.get(f"/points/{pk}/{tail}").status_code == 404, tail
    assert fed.point.name not in text(client.get("/"))
    assert fed.point.name not in text(client.get("/search/?q=排口"))


@pytest.mark.parametrize(("who", "page", "packets"), [
    ("manager", 200, 200), ("engineer", 200, 200), ("discharger", 200, 200), ("inspector", 200, 200),
    ("storekeeper", 200, 403), ("officer", 403, 403),
])
def test_roles(browser_of, fed, who, page, packets):
    client = browser_of(who)
    assert client.get(f"/points/{fed.point.pk}/").status_code == page
    assert client.get(f"/points/{fed.point.pk}/packets/").status_code == packets


def test_visitors_see_nothing(fed):
    assert Client().get(f"/points/{fed.point.pk}/series.json").status_code == 302


# -- point --------------------------------------------------------------------------------------

def test_point_page_shows_tiles_and_the_table_of_its_window(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("point"):
        answer = client.get(f"/points/{fed.point.pk}/?{DAY}")
    assert [tile.value for tile in answer.context["state"].tiles] == [13.75, 7.3]
    heads = [(c.code, c.suffix, c.unit) for c in answer.context["columns"]]
    assert heads == [("a21026", "Avg", "mg/m³"), ("a21026", "ZsAvg", "mg/m³"), ("a01011", "Avg", "m/s")]
    newest, *_older = answer.context["rows"]
    assert [(c["value"], c["flag"]) for c in newest["cells"]] == [(0.4, None), (14.25, "C"), (7.1, "D")]


def test_an_address_without_window_shows_where_data_are(browser_of, fed):
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/?interval=hour")
    assert len(answer.context["rows"]) == 1
    assert "12.5" in text(answer)


def test_tiles_poll(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("point tiles"):
        first = client.get(f"/points/{fed.point.pk}/live/")
    assert "13.75" in text(first)
    again = client.get(f"/points/{fed.point.pk}/live/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_series_keep_gaps_flags_and_both_lines(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("series"):
        found = client.get(f"/points/{fed.point.pk}/series.json?{DAY}").json()
    sulphur = next(f for f in found["factors"] if f["code"] == "a21026")
    assert [line["label"] for line in sulphur["lines"]] == ["实测", "折算"]
    assert [dot[1] for dot in sulphur["lines"][0]["points"]] == [12.5, 12.75, None, 0.4]
    assert [band["flag"] for band in sulphur["bands"]] == ["C"]
    assert sulphur["unit"] == "mg/m³"


def test_long_series_are_thinned_with_their_extremes(browser_of, station, segment, spooled, intake):
    one = station()
    start = 1_795_363_200  # 2026-11-23T00:00:00+08:00
    values = [20.0 + n % 7 for n in range(1000)]
    values[613] = 99.5
    spooled([segment(one, "2011", stamp(start + 30 * n), f"a21026-Rtd={v},a21026-Flag=N")
             for n, v in enumerate(values)])
    intake()
    answer = browser_of("manager").get(
        f"/points/{one.point.pk}/series.json?interval=rtd&from=2026-11-23&to=2026-11-24&width=100").json()
    points = answer["factors"][0]["lines"][0]["points"]
    assert len(points) <= 202
    assert max(p[1] for p in points) == 99.5
    assert answer["decimated"] is True


def test_csv_is_what_the_page_shows(browser_of, fed):
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/readings.csv?{DAY}")
    assert "attachment" in answer["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert lines[0][:4] == ["时间（北京时间）", "二氧化硫 a21026 平均（mg/m³）", "二氧化硫 a21026 折算平均（mg/m³）",
                            "二氧化硫 a21026 标识"]
    assert [line[1] for line in lines[1:]] == ["12.5", "12.75", "0.4"]
    assert lines[3][0] == "2026-11-23 14:30"
    assert lines[3][3] == "C"
    assert lines[1][-2] == "数采仪"


def test_xlsx_has_the_same_cells_as_numbers(browser_of, fed):
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/readings.xlsx?{DAY}")
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert [sheet.cell(row, 2).value for row in (2, 3, 4)] == [12.5, 12.75, 0.4]


def test_all_columns_on_request(browser_of, fed):
    client = browser_of("manager")
    answer = client.get(f"/points/{fed.point.pk}/?{DAY}&columns=all")
    assert {c.suffix for c in answer.context["columns"]} == {"Min", "Avg", "Max", "ZsAvg"}
    exported = b"".join(client.get(f"/points/{fed.point.pk}/readings.csv?{DAY}&columns=all")).decode()
    assert "最小" in exported


def test_a_spot_of_the_chart_leads_to_its_packet(browser_of, fed):
    client = browser_of("manager")
    found = client.get(f"/points/{fed.point.pk}/packet-at/?interval=min&time=1795414200")
    assert found.url == f"/points/{fed.point.pk}/packets/3/"
    assert client.get(f"/points/{fed.point.pk}/packet-at/?interval=min&time=7").status_code == 404


def test_wrong_addresses_are_answered_without_a_crash(browser_of, fed):
    client = browser_of("manager")
    for query in ("interval=nonsense", "from=yesterday&to=", "from=2026-11-24&to=2026-11-23", "page=-3", "page=x",
                  "last=99999999999999", "from_epoch=99999999999&to_epoch=-5", "from=0001-01-01&to=9999-12-31"):
        assert client.get(f"/points/{fed.point.pk}/?{query}").status_code == 200, query


# -- packets ------------------------------------------------------------------------------------

def test_packets_newest_first(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("packets"):
        answer = client.get(f"/points/{fed.point.pk}/packets/")
    assert [line["frame"].seq for line in answer.context["lines"]] == [5, 4, 3, 2, 1]
    assert [line["cn"] for line in answer.context["lines"]] == ["2061", "2051", "2051", "2051", "2011"]
    older = client.get(f"/points/{fed.point.pk}/packets/?before=3")
    assert [line["frame"].seq for line in older.context["lines"]] == [2, 1]


def test_a_packet_taken_apart(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("packet"):
        answer = client.get(f"/points/{fed.point.pk}/packets/2/")
    assert [line.key for line in answer.context["header"]] == ["QN", "ST", "CN", "PW", "MN", "Flag"]
    assert [line.meaning for line in answer.context["header"]][1:3] == ["大气环境污染源", "上传污染物分钟数据"]
    sulphur = answer.context["factors"][0]
    assert (sulphur.name, sulphur.flag) == ("二氧化硫", "N")
    assert [(v.suffix, v.text, v.unit) for v in sulphur.values][1] == ("Avg", "12.5", "mg/m³")
    assert answer.context["holds"] is True
    assert answer.context["link"] in text(answer)


def test_a_changed_byte_breaks_the_shown_chain(browser_of, fed, places):
    import sqlite3

    [day] = [p for p in places.spool.glob("*.sqlite") if "packed" not in p.name]
    with sqlite3.connect(day) as file:
        file.execute("UPDATE frame SET raw = CAST(replace(CAST(raw AS TEXT), '12.75', '11.75') AS BLOB) WHERE seq = 3")
    file.close()
    page = text(browser_of("manager").get(f"/points/{fed.point.pk}/packets/3/"))
    assert "记录被改动过" in page


@pytest.mark.parametrize(("who", "seen", "raw"), [("engineer", True, 200), ("inspector", False, 403)])
def test_the_password_in_a_packet_is_for_those_who_may(browser_of, station, segment, spooled, who, seen, raw):
    one = station(password="Zx81pq")
    spooled([segment(one, "2011", "20261123140000", "a21026-Rtd=1,a21026-Flag=N")])
    client = browser_of(who)
    assert ("Zx81pq" in text(client.get(f"/points/{one.point.pk}/packets/1/"))) is seen
    assert client.get(f"/points/{one.point.pk}/packets/1/raw").status_code == raw


def test_departures_from_the_standard_are_named_with_their_clause(browser_of, fed, segment, spooled):
    spooled([segment(fed, "2051", "20261123150000", "a21026-Avg=1,a21026-Flag=Q")])
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/packets/6/")
    assert any("HJ 212-2017" in remark["clause"] for remark in answer.context["remarks"])
    assert json.dumps([r["text"] for r in answer.context["remarks"]])


def test_search_finds_by_mn_and_by_any_middle_dot(browser_of, station, budget):
    station(name="阿不都·热西提砖厂")
    client = browser_of("manager")
    with budget("search"):
        assert "阿不都" in text(client.get("/search/?q=阿不都・热西提", headers={"HX-Request": "true"}))
    assert "阿不都" in text(client.get("/search/?q=F000169D01"))
    assert "没有找到" in text(client.get("/search/?q=zzz"))


def test_gateway_page_says_that_the_gateway_is_down(browser_of, fed, settings, budget):
    settings.GATEWAY_HTTP = "http://127.0.0.1:9"
    client = browser_of("manager")
    with budget("gateway"):
        page = text(client.get("/gateway/"))
    assert "网关没有应答" in page
    assert browser_of("discharger").get("/gateway/").status_code == 403
