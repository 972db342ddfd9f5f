"""Pages of orders and letters through HTTP: who sees what, acts by form, budgets, export."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from qingyuan.areas.maintenance.models import Letter, OrderClock, WorkOrder
from qingyuan.areas.maintenance.orders import actions, clocks, letters, queries

pytestmark = pytest.mark.django_db
HOUR = clocks.HOUR
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def order(cast, station):
    return actions.open_order(
        cast.manager, station(kind="water").point, kind="repair", symptom="COD 仪不进样",
        traits=["stopped"], found_at=queries.now_ms() - HOUR)


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def test_an_order_is_opened_by_form_and_shows_its_clocks(cast, station, browser_of):
    one = station()
    client = browser_of("engineer")
    assert client.get(f"/orders/new/?point={one.point.pk}").status_code == 200
    answer = client.post("/orders/new/", {
        "point": one.mn, "kind": "repair", "symptom": "SO2 无响应", "traits": ["logger"]})
    made = WorkOrder.objects.get()
    assert answer.headers["Location"] == f"/orders/{made.pk}/"
    said = text(client.get(f"/orders/{made.pk}/"))
    for part in (made.number, "SO2 无响应", "环境保护部令第19号 第八条", "数采仪修复或更换",
                 "先到期者", "/rules/items/fault.report/clause/?at=", "登记工单"):
        assert part in said


def test_a_refused_entry_keeps_what_was_typed(browser_of, station):
    station()
    answer = browser_of("engineer").post("/orders/new/", {"point": "没有的点", "kind": "repair",
                                                          "symptom": "漂移大"})
    assert answer.status_code == 422
    assert "没有名为" in text(answer)
    assert "漂移大" in text(answer)


def test_acts_by_form(cast, order, browser_of):
    client = browser_of("engineer")
    page = f"/orders/{order.pk}/"
    assert client.post(f"{page}accept/", {}).status_code == 302
    assert client.post(f"{page}report/", {"to": "示例生态环境局"}).status_code == 302
    refused = client.post(f"{page}repaired/", {"at": "2999-01-01T00:00", "cause": "泵管破"})
    assert refused.status_code == 422
    assert "时间不能在将来" in text(refused)
    sent = {"cause": "泵管破", "handling": "换管"}
    assert client.post(f"{page}repaired/", sent).status_code == 302
    assert client.post(f"{page}close/", {}).status_code == 403
    order.refresh_from_db()
    assert (order.state, order.cause, order.reported_at is not None) == (
        "repaired", "泵管破", True)


def test_a_photo_of_the_log_is_seen_by_the_discharger_only_through_the_order(
        cast, order, browser_of):
    file = SimpleUploadedFile("核查.pdf", PDF, "application/pdf")
    client = browser_of("engineer")
    assert client.post(f"/orders/{order.pk}/note/", {"text": "照片", "files": file}
                       ).status_code == 302
    [digest] = order.entries.get(verb="note").files
    address = f"/orders/{order.pk}/files/{digest}/"
    assert browser_of("discharger").get(address).content == PDF
    assert browser_of("outsider").get(address).status_code == 404
    assert browser_of("discharger").get(address.replace(digest, "0" * 64)).status_code == 404


def test_another_units_order_and_letter_are_not_there(cast, order, browser_of):
    letter = letters.draft_letter(cast.manager, "fault", order=order)
    client = browser_of("outsider")
    assert client.get(f"/orders/{order.pk}/").status_code == 404
    assert client.post(f"/orders/{order.pk}/accept/", {}).status_code == 404
    assert client.get(f"/letters/{letter.pk}/").status_code == 404
    assert client.get(f"/letters/{letter.pk}.pdf").status_code == 404
    assert client.post(f"/letters/{letter.pk}/discard/").status_code == 404
    assert order.number not in text(client.get("/orders/?state=all"))
    assert browser_of("officer").get("/orders/").status_code == 403


def test_the_discharger_sees_its_order_and_may_only_speak(cast, order, browser_of):
    client = browser_of("discharger")
    said = text(client.get(f"/orders/{order.pk}/"))
    assert f"/orders/{order.pk}/note/" in said
    assert f"/orders/{order.pk}/accept/" not in said
    assert client.post(f"/orders/{order.pk}/accept/", {}).status_code == 403
    assert client.post(f"/orders/{order.pk}/note/", {"text": "可入厂"}).status_code == 302


def test_the_list_is_sorted_by_the_next_deadline_and_counted_by_state(
        cast, order, station, browser_of, budget):
    late = actions.open_order(cast.manager, order.point, kind="repair", symptom="采样泵停",
                              found_at=queries.now_ms() - 30 * HOUR)
    done = actions.open_order(cast.manager, order.point, kind="other", symptom="误报")
    actions.cancel(cast.manager, done, "误报")
    client = browser_of("manager")
    client.get("/orders/")
    with budget("orders"):
        said = text(client.get("/orders/"))
    assert said.index(late.number) < said.index(order.number)
    assert done.number not in said
    assert "1 张有超时" in said
    assert text(client.get("/orders/?state=late")).count("COD 仪不进样") == 0
    assert done.number in text(client.get("/orders/?state=cancelled"))
    assert "没有符合条件的工单" in text(client.get("/orders/?q=没有的"))


def test_the_page_of_an_order_keeps_its_budget(cast, order, browser_of, budget):
    letters.draft_letter(cast.manager, "fault", order=order)
    client = browser_of("manager")
    client.get(f"/orders/{order.pk}/")
    with budget("order"):
        said = text(client.get(f"/orders/{order.pk}/"))
    for part in ("人工监测", "每日不少于 4 次", "登记手工监测值", "下一次最迟", "起草"):
        assert part in said


def test_the_export_says_how_each_clock_stands(cast, order, browser_of, tmp_path):
    OrderClock.objects.filter(code="reply").update(due_at=1)
    answer = browser_of("manager").get("/orders/table.xlsx")
    path = tmp_path / "orders.xlsx"
    path.write_bytes(answer.content)
    heads, row = ([cell.value for cell in line] for line in load_workbook(path).active.rows)
    told = dict(zip(heads, row, strict=True))
    assert (told["工单号"], told["答复"], told["故障报告"]) == (order.number, "已超时", "计时中")


def test_a_letter_from_draft_to_answer(cast, order, browser_of, budget):
    client = browser_of("reviewer")
    address = client.post(f"/orders/{order.pk}/letters/", {"kind": "stop"}).headers["Location"]
    letter = Letter.objects.get()
    assert address == f"/letters/{letter.pk}/"
    assert client.post(f"{address}edit/", {"to": "", "subject": "题", "body": "文"}
                       ).status_code == 422
    said = {"to": "示例生态环境局", "subject": "关于停运的申请", "body": "因检修，拟停运。"}
    assert client.post(f"{address}edit/", said).status_code == 302
    scan = SimpleUploadedFile("盖章.pdf", PDF, "application/pdf")
    assert client.post(f"{address}send/", {"number": "示例〔2026〕3 号", "scan": scan}
                       ).status_code == 302
    assert browser_of("inspector").get(f"{address}files/scan/").content == PDF
    assert browser_of("inspector").get(f"{address}files/receipt/").status_code == 404
    with budget("letter"):
        said = text(client.get(address))
    for part in ("示例〔2026〕3 号", "环境保护部令第19号 第八条", "逾期未答复视为同意",
                 "因检修，拟停运。"):
        assert part in said
    assert client.post(f"{address}decide/", {"agreed": "no"}).status_code == 422
    assert client.post(f"{address}decide/", {"agreed": "yes"}).status_code == 302
    with budget("letters"):
        listed = text(client.get("/letters/?state=agreed"))
    assert "关于停运的申请" in listed
    assert "示例〔2026〕3 号" in text(client.get("/letters/?form=csv"))


def test_a_letter_is_a_pdf_of_a4_sheets(cast, order, browser_of):
    from io import BytesIO

    from pypdf import PdfReader

    letter = letters.draft_letter(cast.manager, "fault", order=order)
    answer = browser_of("manager").get(f"/letters/{letter.pk}.pdf")
    [sheet] = PdfReader(BytesIO(answer.content)).pages
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    said = sheet.extract_text().replace("\n", "")
    assert "COD仪不进样" in said.replace(" ", "")
    assert "示例热力有限公司" in said


def offered(answer) -> dict[str, str]:
    return {one["code"]: one["word"] for part in ("first", "other")
            for one in answer.context[part]}


def test_only_what_makes_sense_in_the_state_is_offered(cast, order, browser_of):
    client, page = browser_of("engineer"), f"/orders/{order.pk}/"
    assert not {"repaired", "restored", "close"} & set(offered(client.get(page)))
    actions.accept(cast.engineer, order)
    before = offered(client.get(page))
    assert (before["repaired"], before["restored"]) == ("远程修复", "未到场已自行恢复")
    assert [one["code"] for one in client.get(page).context["first"]][:1] == ["arrive"]
    actions.arrive(cast.engineer, order)
    assert offered(client.get(page))["repaired"] == "修复"
    assert "close" in offered(browser_of("manager").get(page))


def test_the_work_is_offered_to_whoever_has_the_order(cast, order, browser_of):
    actions.assign(cast.manager, order, cast.engineer.user)
    page = f"/orders/{order.pk}/"
    mine, other = browser_of("engineer").get(page), browser_of("manager").get(page)
    assert f"check-in/?order={order.pk}" in text(mine)
    assert f"check-in/?order={order.pk}" not in text(other)
    assert "arrive" not in offered(other)
    assert [one["code"] for one in other.context["first"]] == ["report"]
