"""The duties as people read them: matrix, list, one duty, exports."""

import csv
import io
import os
import re
from datetime import date, datetime

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from qingyuan.areas.maintenance import listing
from qingyuan.areas.rules.queries import BookFor
from qingyuan.kernel.clock import CST
from qingyuan.standards import load
from qingyuan.standards.duties import SYSTEMS, load_duties, next_due

pytestmark = pytest.mark.django_db
EVERYBODY = ("manager", "engineer", "reviewer", "storekeeper", "discharger", "inspector")


def text(answer) -> str:
    return answer.content.decode()


def key_where(**wanted) -> str:
    return next(d.key for d in load_duties()
                if all(getattr(d, name) == value for name, value in wanted.items()))


@pytest.mark.one_database
@pytest.mark.parametrize(("who", "status"), [*((w, 200) for w in EVERYBODY), ("officer", 403)])
def test_who_may_read_the_duties(browser_of, who, status):
    client = browser_of(who)
    key = load_duties().duties[0].key
    for path in ("/duties/", "/duties/list/", f"/duties/items/{key}/", "/duties/list.csv"):
        assert client.get(path).status_code == status


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/duties/").status_code == 302


@pytest.mark.parametrize("path", ["/duties/items/none/", "/duties/list.pdf"])
def test_what_is_not_there_is_not_found(browser_of, path):
    assert browser_of("manager").get(path).status_code == 404


def test_every_cell_of_the_matrix_counts_what_the_catalogue_has_there(browser_of, budget):
    client = browser_of("manager")
    with budget("duties"):
        rows = client.get("/duties/?set=all").context["rows"]
    wanted = {
        (row.name, column): len({cell.duty.key for cell in cells})
        for row in load_duties().matrix(load(), timezone.localdate())
        for column, cells in row.cells.items() if column != "year"
    }
    assert {(name, cell.column): cell.count for _key, name, cells in rows
            for cell in cells} == wanted


@pytest.mark.one_database
@pytest.mark.parametrize("chosen", ["", "all"])
def test_each_count_leads_to_a_list_of_so_many_duties(browser_of, chosen):
    client = browser_of("manager")
    page = text(client.get(f"/duties/?set={chosen}"))
    cells = re.findall(r'class="duty-count" href="([^"]+)"[^>]*><span class="num">(\d+)', page)
    assert len(cells) > len(SYSTEMS) * 3
    for href, count in cells:
        answer = client.get(href.replace("&amp;", "&"))
        assert answer.context["page"].paginator.count == int(count)


def test_the_matrix_of_one_set_holds_that_set_alone(browser_of):
    answer = browser_of("manager").get("/duties/?set=video")
    counts = {key: sum(cell.count for cell in cells) for key, _n, cells in answer.context["rows"]}
    assert counts.pop("video") > 0
    assert set(counts.values()) == {0}


@pytest.mark.one_database
@pytest.mark.parametrize(("query", "holds"), [
    ("system=dilution", lambda d: d.holds("gas", "dilution")),
    ("where=remote", lambda d: d.where == "remote"),
    ("set=zibo", lambda d: d.set == "zibo"),
    ("form=hj75.g4", lambda d: "hj75.g4" in dict(d.forms).values()),
    ("q=标气", lambda d: "标气" in f"{d.name}{d.group}"),
    ("system=nothing&interval=never", lambda d: True),
])
def test_filters_of_the_address_leave_what_they_say(browser_of, query, holds):
    more = "" if "set=" in query else "&set=all"
    answer = browser_of("manager").get(f"/duties/list/?{query}{more}")
    found = {line.duty.key for line in answer.context["page"].paginator.object_list}
    assert found == {d.key for d in load_duties() if holds(d)}
    assert found


def test_the_list_names_interval_clause_status_form_and_set_within_its_budget(browser_of, budget):
    client = browser_of("engineer")
    with budget("duty list"):
        page = text(client.get("/duties/list/?system=extractive&interval=week&form=hj75.g4"))
    assert re.search(r'class="why nowrap" href="/rules/items/gas\.calibration[^"]+/clause/"', page)
    for word in ("HJ 75-2017", "CEMS零点/量程漂移与校准记录表", "HJ 75附录G", "转述"):
        assert word in page
    assert 'href="/forms/hj75.g4/' in page


def test_an_empty_list_says_what_next(browser_of):
    assert "没有符合条件的项目" in text(browser_of("manager").get("/duties/list/?q=无此项目"))


# Every fifth; all of them with QINGYUAN_PROOF=1 (make proof-forms).
KEYS = [d.key for d in load_duties()][:: 1 if os.environ.get("QINGYUAN_PROOF") else 5]


@pytest.mark.one_database
@pytest.mark.parametrize("key", KEYS)
def test_every_duty_has_its_page(browser_of, budget, key):
    client = browser_of("engineer")
    with budget("duty"):
        answer = client.get(f"/duties/items/{key}/")
    assert answer.status_code == 200
    assert load_duties()[key].name in answer.context["duty"].name
    assert answer.context["terms"]


def test_a_duty_tells_its_terms_and_when_it_would_be_due_again(browser_of):
    key = key_where(rule="gas.calibration.extractive.interval")
    answer = browser_of("engineer").get(f"/duties/items/{key}/")
    page = text(answer)
    due = answer.context["dues"][0]["due"]
    today = datetime.now(CST)
    assert due.due == next_due(load_duties()[key], today, load()).due
    assert f"{due.opens:%Y-%m-%d} 起可做" in page
    assert "/rules/items/gas.calibration.extractive.interval/clause/" in page
    assert "多个周期取先到者" in page


def test_an_own_interval_moves_the_duty(browser_of, cast):
    from qingyuan.areas.rules.actions import override_rule

    key = key_where(rule="gas.calibration.extractive.interval")
    before = browser_of("manager").get(f"/duties/items/{key}/").context["dues"][0]["due"]
    override_rule(
        cast.manager, name="gas.calibration.extractive.interval", value="3", link="organisation",
        since=date(2026, 1, 1), clause="示例制度 2", source="示例文件", why="示例理由")
    after = browser_of("manager").get(f"/duties/items/{key}/").context["dues"][0]["due"]
    other = browser_of("outsider").get(f"/duties/items/{key}/").context["dues"][0]["due"]
    assert (before.due - after.due).days == 4
    assert other.due == before.due


def test_a_figure_that_is_no_interval_is_said_and_breaks_no_page(browser_of, cast):
    from qingyuan.areas.rules.actions import override_rule

    override_rule(
        cast.manager, name="gas.inspection.interval", value="0", link="organisation",
        since=date(2026, 1, 1), clause="示例制度 2", source="示例文件", why="示例理由")
    client = browser_of("manager")
    key = key_where(rule="gas.inspection.interval")
    for path in ("/duties/", "/duties/list/", "/duties/list.csv", f"/duties/items/{key}/"):
        assert client.get(path).status_code == 200
    assert "本单位登记的数值不是周期" in text(client.get(f"/duties/items/{key}/"))


def test_a_book_without_a_figure_leaves_the_duty_without_interval():
    lines = listing.lines_of(load_duties(), BookFor(load(), ()), date(1990, 1, 1))
    ruled = [line for line in lines if line.duty.rules()]
    assert {line.trouble for line in ruled} == {"unregulated"}
    assert all(line.term is None for line in ruled)


def test_exports_hold_exactly_the_rows_shown(browser_of):
    client = browser_of("manager")
    query = "system=water&interval=month"
    shown = [line.duty.key for line in
             client.get(f"/duties/list/?{query}").context["page"].paginator.object_list]
    rows = list(csv.reader(io.StringIO(
        client.get(f"/duties/list.csv?{query}").content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(client.get(f"/duties/list.xlsx?{query}").content)).active
    cells = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert [row[-1] for row in rows[1:]] == shown
    assert cells == rows


def test_the_pages_show_what_the_company_has_switched_on_and_its_own(browser_of, cast):
    from qingyuan.areas.maintenance import duty_sets

    duty_sets.choose_set(cast.manager, "zibo", True)
    duty_sets.choose_set(cast.manager, "video", False)
    own = duty_sets.add_own_duty(cast.manager, name="示例反吹记录", kind="gas", where="site",
                                 interval="7d", form="hj75.g1")
    client = browser_of("manager")
    keys = [row[-1] for row in csv.reader(io.StringIO(
        client.get("/duties/list.csv").content.decode("utf-8-sig")))][1:]
    sets = {key.partition(".")[0] for key in keys}
    assert {"zibo", "own", "hj75"} <= sets
    assert not {"video", "winter", "trade"} & sets
    assert own.key not in browser_of("outsider").get("/duties/list.csv").content.decode()


def test_pages_say_that_a_system_without_technique_cannot_be_planned(served, browser_of):
    from qingyuan.areas.assets.models import MonitoringSystem

    one = served(technique="")
    pages = [f"/sites/{one.point.pk}/", f"/points/{one.point.pk}/",
             f"/points/{one.point.pk}/facilities/", "/duties/", "/duties/list/", "/tasks/"]
    client, word = browser_of("manager"), "没有填写采样方式，运维内容无法编排"
    for path in pages:
        said = client.get(path).content.decode()
        assert word in said, path
        assert f"/systems/{one.system.pk}/edit/" in said, path
    MonitoringSystem.objects.update(technique="extractive")
    assert not [path for path in pages if word in client.get(path).content.decode()]
