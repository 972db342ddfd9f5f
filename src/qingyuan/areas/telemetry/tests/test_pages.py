"""Overview, point, packets: what the packets say is what the pages show."""

import csv
import io
import json
import time

import pytest
from django.test import Client
from openpyxl import load_workbook

from qingyuan.areas.telemetry.backfill import store
from qingyuan.areas.telemetry.models import LatestReading
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.kernel.clock import stamp

pytestmark = pytest.mark.django_db
DAY = "interval=min&from=2026-11-23&to=2026-11-24"
MINUTE = (
    "a21026-Min=10,a21026-Avg=12.5,a21026-Max=15,a21026-ZsAvg=14.25,a21026-Flag=N;"
    "a01011-Avg=7.1,a01011-Flag=D"
)


@pytest.fixture
def fed(station, segment, spooled, intake):
    """A station with a real-time packet, three minutes of four (one calibrating), an hour."""
    one = station()
    spooled(
        [
            segment(
                one,
                "2011",
                "20261123140000",
                "a21026-Rtd=13.75,a21026-Flag=N;a01011-Rtd=7.3,a01011-Flag=D",
            ),
            segment(one, "2051", "20261123140000", MINUTE),
            segment(one, "2051", "20261123141000", MINUTE.replace("12.5", "12.75")),
            segment(
                one,
                "2051",
                "20261123143000",
                MINUTE.replace("12.5", "0.4").replace("Flag=N", "Flag=C"),
            ),
            segment(one, "2061", "20261123130000", MINUTE),
        ]
    )
    intake()
    return one


def text(answer) -> str:
    return answer.content.decode()


# -- overview -----------------------------------------------------------------------------------


def heard(point, seconds_ago: float) -> None:
    LatestReading.objects.filter(point=point.pk).update(at=int((time.time() - seconds_ago) * 1000))


@pytest.mark.parametrize(
    ("seconds", "state", "word"),
    [
        (5, "live", "在线"),
        (600, "late", "延迟"),
        (7200, "silent", "数据中断"),
    ],
)
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
    for query, names in {
        "kind=water": ["2 号排口"],
        "q=9D01": ["1 号排口"],
        "q=号排": ["1 号排口", "2 号排口"],
        "q=没有": [],
    }.items():
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
        frames.append(
            (one.mn, segment(one, "2011", "20261123140000", "a21026-Rtd=1,a21026-Flag=N"))
        )
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
    for tail in (
        "",
        "live/",
        "series.json",
        "readings.csv",
        "readings.xlsx",
        "packets/",
        "packets/1/",
        "packets/1/raw",
        "evidence/?interval=min&time=1&code=a",
    ):
        assert client.get(f"/points/{pk}/{tail}").status_code == 404, tail
    assert fed.point.name not in text(client.get("/"))
    assert fed.point.name not in text(client.get("/search/points/?q=排口"))


@pytest.mark.parametrize(
    ("who", "page", "packets"),
    [
        ("manager", 200, 200),
        ("engineer", 200, 200),
        ("discharger", 200, 200),
        ("inspector", 200, 200),
        ("storekeeper", 200, 403),
        ("officer", 403, 403),
    ],
)
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
    assert heads == [
        ("a21026", "Avg", "mg/m³"),
        ("a21026", "ZsAvg", "mg/m³"),
        ("a01011", "Avg", "m/s"),
    ]
    newest, *_older = answer.context["rows"]
    assert [(c["value"], c["flag"]) for c in newest["cells"]] == [
        (0.4, None),
        (14.25, "C"),
        (7.1, "D"),
    ]


def test_numbers_of_a_column_have_the_same_decimals(browser_of, fed):
    page = text(browser_of("manager").get(f"/points/{fed.point.pk}/?{DAY}"))
    assert [f'">{shown}<' in page for shown in ("0.40", "12.75", "12.50")] == [True] * 3
    assert '">12.5<' not in page


def test_tiles_keep_their_decimals(browser_of, fed, segment, spooled, intake):
    client = browser_of("manager")
    assert "13.75" in text(client.get(f"/points/{fed.point.pk}/live/"))
    later = segment(fed, "2011", "20261123140030", "a21026-Rtd=14,a21026-Flag=N")
    spooled([later])
    intake()
    assert "14.00" in text(client.get(f"/points/{fed.point.pk}/live/"))
    assert "14.00" in text(client.get("/"))


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
    spooled(
        [
            segment(one, "2011", stamp(start + 30 * n), f"a21026-Rtd={v},a21026-Flag=N")
            for n, v in enumerate(values)
        ]
    )
    intake()
    answer = (
        browser_of("manager")
        .get(
            f"/points/{one.point.pk}/series.json?interval=rtd&from=2026-11-23&to=2026-11-24&width=100"
        )
        .json()
    )
    points = answer["factors"][0]["lines"][0]["points"]
    assert len(points) <= 202
    assert max(p[1] for p in points) == 99.5
    assert answer["decimated"] is True


def test_csv_is_what_the_page_shows(browser_of, fed):
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/readings.csv?{DAY}")
    assert "attachment" in answer["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert lines[0][:4] == [
        "时间（北京时间）",
        "二氧化硫 a21026 平均（mg/m³）",
        "二氧化硫 a21026 折算平均（mg/m³）",
        "二氧化硫 a21026 标识",
    ]
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
    exported = b"".join(
        client.get(f"/points/{fed.point.pk}/readings.csv?{DAY}&columns=all")
    ).decode()
    assert "最小" in exported


@pytest.mark.parametrize("tail", [
    "?from_epoch=--5", "?from_epoch=-5", "?from=0001-01-01", "?to=9999-12-31T23:59:59-14:00",
    f"?page={10**19}", "?page=" + "9" * 5000, "?last=" + "9" * 5000, "?page=²",
    "series.json?width=" + "9" * 5000, "packets/?from=0001-01-01T00:00%2B14:00",
    "packets/?to=9999-12-31", f"packets/?before={10**19}", "packets/?before=" + "9" * 5000,
    "readings.csv?from=0001-01-01&to=9999-12-31",
])
def test_any_number_in_an_address_is_answered(browser_of, fed, tail):
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/{tail}")
    assert answer.status_code == 200


@pytest.mark.parametrize("address", [
    "/points/{pk}/packets/{huge}/", "/points/{pk}/packets/{huge}/raw", "/commands/{huge}/",
    "/points/{huge}/", "/quarantine/{huge}/", "/quarantine/1/packets/{huge}/",
    "/imports/{huge}/rejects.csv",
])
def test_a_number_that_nothing_can_have_is_not_found(browser_of, fed, address):
    asked = address.format(pk=fed.point.pk, huge=10**19)
    assert browser_of("manager").get(asked).status_code == 404


def test_a_window_beyond_all_time_is_cut(browser_of, fed):
    client = browser_of("manager")
    answer = client.get(f"/points/{fed.point.pk}/?interval=day&from=0001-01-01&to=9999-12-31")
    assert answer.context["window"].until == 4_102_444_800


def test_control_characters_are_left_out_of_a_sheet(browser_of, station):
    one = station()
    source = simulated()
    store(one.point.pk, "min", [("a21026", "Avg")],
          [(1_795_413_600, [12.5], ["\x07=1"])], source)
    answer = browser_of("manager").get(f"/points/{one.point.pk}/readings.xlsx?{DAY}")
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert [sheet.cell(2, place).value for place in (2, 3)] == [12.5, "'=1"]


def test_wrong_addresses_are_answered_without_a_crash(browser_of, fed):
    client = browser_of("manager")
    for query in (
        "interval=nonsense",
        "from=yesterday&to=",
        "from=2026-11-24&to=2026-11-23",
        "page=-3",
        "page=x",
        "last=99999999999999",
        "from_epoch=99999999999&to_epoch=-5",
        "from=0001-01-01&to=9999-12-31",
    ):
        assert client.get(f"/points/{fed.point.pk}/?{query}").status_code == 200, query


def test_every_figure_can_be_asked_why(browser_of, fed, cast, segment, spooled, intake):
    client = browser_of("manager")
    minute = f"/points/{fed.point.pk}/evidence/?interval=min&time=1795413600&code=a21026"
    answer = client.get(minute, headers={"HX-Request": "true"})
    assert "a21026-Avg=12.5" in answer.context["wire"]
    assert answer.context["frame"].seq == 2
    assert "<html" not in text(answer)
    assert f"/points/{fed.point.pk}/packets/2/" in text(answer)
    assert minute.split("?")[1].replace("&", "&amp;") in text(
        client.get(f"/points/{fed.point.pk}/?{DAY}")
    )
    spooled([segment(fed, "2051", "20261123140000", MINUTE.replace("12.5", "33.5"), qn="2" * 17)])
    intake()
    assert "12.5" in str([c["facts"] for c in client.get(minute).context["before"]])
    assert client.get(minute.replace("a21026", "a99999")).status_code == 404
    assert browser_of("outsider").get(minute).status_code == 404
    assert browser_of("storekeeper").get(minute).context["frame"] is None


# -- packets ------------------------------------------------------------------------------------


def test_packets_newest_first(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("packets"):
        answer = client.get(f"/points/{fed.point.pk}/packets/")
    assert [line["frame"].seq for line in answer.context["lines"]] == [5, 4, 3, 2, 1]
    assert [line["cn"] for line in answer.context["lines"]] == [
        "2061",
        "2051",
        "2051",
        "2051",
        "2011",
    ]
    older = client.get(f"/points/{fed.point.pk}/packets/?before=3")
    assert [line["frame"].seq for line in older.context["lines"]] == [2, 1]


def test_a_packet_taken_apart(browser_of, fed, budget):
    client = browser_of("manager")
    with budget("packet"):
        answer = client.get(f"/points/{fed.point.pk}/packets/2/")
    assert [line.key for line in answer.context["header"]] == ["QN", "ST", "CN", "PW", "MN", "Flag"]
    assert [line.meaning for line in answer.context["header"]][1:3] == [
        "大气环境污染源",
        "上传污染物分钟数据",
    ]
    sulphur = answer.context["factors"][0]
    assert (sulphur.name, sulphur.flag) == ("二氧化硫", "N")
    assert [(v.suffix, v.text, v.unit) for v in sulphur.values][1] == ("Avg", "12.5", "mg/m³")
    assert answer.context["holds"] is True
    assert answer.context["link"] in text(answer)


def test_a_changed_byte_breaks_the_shown_chain(browser_of, fed, places):
    import sqlite3

    [day] = [p for p in places.spool.glob("*.sqlite") if "packed" not in p.name]
    with sqlite3.connect(day) as file:
        file.execute(
            "UPDATE frame SET raw = CAST(replace(CAST(raw AS TEXT), '12.75', '11.75') AS BLOB)"
            " WHERE seq = 3"
        )
    file.close()
    page = text(browser_of("manager").get(f"/points/{fed.point.pk}/packets/3/"))
    assert "记录被改动过" in page


@pytest.mark.parametrize(
    ("who", "seen", "raw"), [("engineer", True, 200), ("inspector", False, 403)]
)
def test_the_password_in_a_packet_is_for_those_who_may(
    browser_of, station, segment, spooled, who, seen, raw
):
    one = station(password="Zx81pq")
    spooled([segment(one, "2011", "20261123140000", "a21026-Rtd=1,a21026-Flag=N")])
    client = browser_of(who)
    assert ("Zx81pq" in text(client.get(f"/points/{one.point.pk}/packets/1/"))) is seen
    assert client.get(f"/points/{one.point.pk}/packets/1/raw").status_code == raw


def test_departures_from_the_standard_are_named_with_their_clause(
    browser_of, fed, segment, spooled
):
    spooled([segment(fed, "2051", "20261123150000", "a21026-Avg=1,a21026-Flag=Q")])
    answer = browser_of("manager").get(f"/points/{fed.point.pk}/packets/6/")
    assert any("HJ 212-2017" in remark["clause"] for remark in answer.context["remarks"])
    assert json.dumps([r["text"] for r in answer.context["remarks"]])


def test_search_finds_by_mn_and_by_any_middle_dot(browser_of, station, budget):
    station(name="阿不都·热西提砖厂")
    client = browser_of("manager")
    with budget("search"):
        assert "阿不都" in text(
            client.get("/search/points/?q=阿不都・热西提", headers={"HX-Request": "true"})
        )
    assert "阿不都" in text(client.get("/search/points/?q=F000169D01"))
    assert "没有找到" in text(client.get("/search/points/?q=zzz"))


def test_gateway_page_says_that_the_gateway_is_down(browser_of, fed, settings, budget):
    settings.GATEWAY_HTTP = "http://127.0.0.1:9"
    client = browser_of("manager")
    with budget("gateway"):
        page = text(client.get("/gateway/"))
    assert "网关没有应答" in page
    assert browser_of("discharger").get("/gateway/").status_code == 403


# -- quarantine ---------------------------------------------------------------------------------

STRANGER = "010000A8900016F000169DFF"


@pytest.fixture
def stranger(fed, segment, spooled, intake):
    """Two packets of an MN that nobody entered."""
    spooled(
        [segment(fed, "2051", f"2026112314{n}000", MINUTE, mn=STRANGER) for n in range(2)],
        mn=STRANGER,
        verdict="unknown",
    )
    intake()


def only_row(client):
    [row] = client.get("/quarantine/").context["page"].object_list
    return row


def test_quarantine_says_what_to_do(browser_of, stranger, budget):
    client = browser_of("manager")
    with budget("quarantine"):
        page = text(client.get("/quarantine/"))
    assert STRANGER in page
    assert "在站点登记中添加该 MN" in page
    assert "PW=123456" not in page
    entry = client.get(f"/quarantine/{only_row(client).pk}/")
    assert [line["frame"].mn for line in entry.context["lines"]] == [STRANGER, STRANGER]


def test_a_replay_after_the_station_was_entered_stores_the_readings(browser_of, stranger, station):
    client = browser_of("manager")
    row = only_row(client)
    one = station(mn=STRANGER, name="补登的点位")
    answer = client.post(f"/quarantine/{row.pk}/replay/", follow=True)
    assert "入库" in text(answer)
    assert "没有待处理的数据" in text(answer)
    shown = client.get(f"/points/{one.point.pk}/?{DAY}")
    assert len(shown.context["rows"]) == 2


def test_an_unknown_factor_is_entered_and_its_values_come_in(
    browser_of, fed, segment, spooled, intake
):
    spooled([segment(fed, "2051", "20261123145000", "x12345-Avg=8.5,x12345-Flag=N")])
    intake()
    client = browser_of("manager")
    row = only_row(client)
    assert browser_of("reviewer").get(f"/quarantine/{row.pk}/factor/").status_code == 403
    refused = client.post(f"/quarantine/{row.pk}/factor/", {"code": "x12345", "name": ""})
    assert refused.status_code == 422
    client.post(
        f"/quarantine/{row.pk}/factor/", {"code": "x12345", "name": "示例因子", "unit": "mg/L"}
    )
    shown = client.get(f"/points/{fed.point.pk}/?{DAY}")
    assert ("x12345", "mg/L") in [(c.code, c.unit) for c in shown.context["columns"]]


def test_a_reason_can_be_set_aside_and_found_again(browser_of, stranger):
    client = browser_of("manager")
    row = only_row(client)
    client.post(f"/quarantine/{row.pk}/dismiss/")
    assert STRANGER not in text(client.get("/quarantine/"))
    assert STRANGER in text(client.get("/quarantine/?state=dismissed"))


@pytest.mark.parametrize(
    ("who", "sees", "acts"),
    [
        ("engineer", 200, 403),
        ("inspector", 404, 403),
        ("discharger", 403, 403),
        ("outsider", 200, 302),
    ],
)
def test_who_sees_and_who_acts_on_a_stranger(browser_of, stranger, who, sees, acts):
    row = only_row(browser_of("manager"))
    client = browser_of(who)
    assert client.get(f"/quarantine/{row.pk}/").status_code == sees
    assert client.post(f"/quarantine/{row.pk}/replay/").status_code == acts


def test_the_packets_of_a_reason_can_be_read(browser_of, stranger):
    client = browser_of("manager")
    row = only_row(client)
    assert "未知站点" in text(client.get(f"/quarantine/{row.pk}/packets/6/"))
    assert client.get(f"/quarantine/{row.pk}/packets/1/").status_code == 404


# -- commands -----------------------------------------------------------------------------------

HOURS = {"cn": "2061", "f_BeginTime": "2026-11-23T08:00:00", "f_EndTime": "2026-11-23T10:00:00"}


@pytest.fixture
def agreed(cast, fed):
    """The discharger has agreed to be asked for hours."""
    from datetime import date

    from qingyuan.areas.assets.actions import give_consent

    give_consent(
        cast.manager,
        fed.logger,
        "2061",
        since=date(2026, 1, 1),
        until=None,
        document="示例〔2026〕1 号",
        given_by="示例签署人",
    )
    return fed


def test_only_what_was_agreed_to_can_be_chosen(browser_of, agreed):
    page = browser_of("manager").get(f"/commands/new/?mn={agreed.mn}")
    assert [offer.cn for offer in page.context["offers"] if offer.allowed] == ["2061"]
    assert "干扰自动监测" in text(page)


def test_a_command_is_queued_as_the_standard_writes_it(browser_of, agreed, places, budget):
    from qingyuan.spool.commands import CommandBox

    client = browser_of("manager")
    answer = client.post("/commands/new/", {"mn": agreed.mn, **HOURS, "reason": "补取缺失小时"})
    assert answer.url == "/commands/1/"
    with CommandBox(places.commands) as box:
        found = box.get(1)
    assert (found.cn, found.cp) == (
        "2061",
        (("BeginTime", "20261123080000"), ("EndTime", "20261123100000")),
    )
    assert (found.reason, found.by, found.state) == ("补取缺失小时", "示例manager", "waiting")
    page = text(client.get(answer.url))
    assert "等待发送" in page
    with budget("commands"):
        assert "补取缺失小时" in text(client.get("/commands/"))


def test_without_reason_or_consent_nothing_is_queued(browser_of, agreed, places):
    client = browser_of("manager")
    refused = client.post("/commands/new/", {"mn": agreed.mn, **HOURS, "reason": ""})
    assert refused.status_code == 422
    assert 'value="2026-11-23T08:00:00"' in text(refused)
    client.post(
        "/commands/new/", {"mn": agreed.mn, "cn": "3011", "f_PolId": "a21026", "reason": "试"}
    )
    assert not places.commands.exists()


def test_the_whole_conversation_is_shown_and_beside_the_hours_it_touched(
    browser_of, agreed, places, segment
):
    from qingyuan.spool.commands import CommandBox

    client = browser_of("manager")
    client.post("/commands/new/", {"mn": agreed.mn, **HOURS, "reason": "补取缺失小时"})
    now = int(time.time() * 1000)
    with CommandBox(places.commands) as box:
        box.claim(1, now)
        answer = segment(agreed, "9011", "", "QnRtn=1", st="91")
        box.progress(1, "accepted", qn="20261123141000000", note="", answer=answer, now_ms=now)
    page = text(client.get("/commands/1/"))
    assert "准备执行请求" in page
    assert agreed.password not in page
    around = f"interval=min&from_epoch={now // 1000 - 600}&to_epoch={now // 1000 + 600}"
    assert "补取缺失小时" in text(client.get(f"/points/{agreed.point.pk}/?{around}"))


@pytest.mark.parametrize(
    ("who", "page", "form"),
    [
        ("engineer", 200, 403),
        ("inspector", 200, 403),
        ("outsider", 404, 200),
        ("officer", 403, 403),
    ],
)
def test_who_sees_and_who_sends_commands(browser_of, agreed, who, page, form):
    browser_of("manager").post("/commands/new/", {"mn": agreed.mn, **HOURS, "reason": "补取"})
    client = browser_of(who)
    assert client.get("/commands/1/").status_code == page
    answer = client.get(f"/commands/new/?mn={agreed.mn}")
    assert answer.status_code == form


def test_an_outsider_cannot_choose_the_station(browser_of, agreed):
    answer = browser_of("outsider").get(f"/commands/new/?mn={agreed.mn}")
    assert "没有 MN 为" in text(answer)
    assert "offers" not in answer.context


# -- imports ------------------------------------------------------------------------------------

TABLE = (
    "时间,二氧化硫（mg/m³）,二氧化硫标识\n"
    "2026-11-20 08:00,11.5,N\n2026-11-20 09:00,abc,N\n2026-11-20 10:00,12.25,C\n"
)


def upload(client, point, content=TABLE, **more):
    file = io.BytesIO(content.encode())
    file.name = "hours.csv"
    return client.post("/imports/", {"point": point, "interval": "hour", "file": file, **more})


def test_a_file_is_checked_then_taken_over(browser_of, fed):
    client = browser_of("manager")
    checked = upload(client, fed.point.name)
    report = checked.context["report"]
    assert (report.accepted, report.rejected) == (2, 1)
    assert "不是数值" in text(checked)
    days = f"/points/{fed.point.pk}/?interval=hour&from=2026-11-20&to=2026-11-21"
    assert client.get(days).context["rows"] == []
    taken = client.post("/imports/", {"staged": checked.context["staged"]}, follow=True)
    assert "已导入 2 个时刻" in text(taken)
    rows = client.get(days).context["rows"]
    assert [(row["cells"][0]["value"], row["source"].kind) for row in rows] == [
        (12.25, "import"),
        (11.5, "import"),
    ]
    [batch] = taken.context["page"].object_list
    rejected = b"".join(client.get(f"/imports/{batch.pk}/rejects.csv")).decode("utf-8-sig")
    assert "abc" in rejected
    assert browser_of("outsider").get(f"/imports/{batch.pk}/rejects.csv").status_code == 404


@pytest.mark.parametrize(
    ("point", "content", "reason"),
    [
        ("没有这个点位", TABLE, "没有名为"),
        ("1 号排口", "a,b\n1,2\n", "没有时间列"),
        ("1 号排口", "", "必填|空"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_keeps_what_was_typed(
    browser_of, fed, point, content, reason
):
    import re

    answer = upload(browser_of("manager"), point, content)
    assert answer.status_code == 422
    assert re.search(reason, text(answer))
    assert f'value="{point}"' in text(answer)


@pytest.mark.parametrize(
    ("who", "status"), [("reviewer", 200), ("engineer", 403), ("discharger", 403)]
)
def test_who_may_import(browser_of, fed, budget, who, status):
    client = browser_of(who)
    with budget("imports"):
        assert client.get("/imports/").status_code == status
