"""What the company has: people with certificates and commitments, papers, rooms, vehicles, tools, a
store, a laboratory, written systems. Two clauses are not met today: one prefecture has no vehicle,
and sampling filters are just at 110 % of a month's use; a certificate runs out in 40 days."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .. import clock, sites
from . import instant
from .people import House

SINCE = 290  # days before today since when everything is there
RUNS_OUT = 40  # days from now on which one certificate holds no more
OTHERS = (("manager", "示例·负责人", ["manager"]), ("reviewer", "示例·审核员", ["qa"]),
          ("supervisor", "示例·督查员", ["supervisor"]),
          ("storekeeper", "示例·库管员", ["store"]))
FILTERS = 10  # used in a month; 11 in store are 110 %, and more than that is asked for
SYSTEMS = ("personnel", "supervision", "hazardous_waste", "archives", "reporting", "sop",
           "calibration", "emergency")


def enter(house: House, today: date) -> int:
    """All of it once; how many things."""
    from qingyuan.areas.people.models import Staff

    if Staff.objects.filter(organisation=house.unit).exists():
        return 0
    first = today - timedelta(days=SINCE)
    made = 0
    with clock.at(instant(first, 9.5)):
        made += _people(house, first, today) + _papers(house, first, today)
        made += _vehicles(house, first) + _tools(house, first, today) + _laboratory(house, first)
    with clock.at(instant(first, 10.5)):
        made += _commitments(house, first)
    made += _documents(house, first) + _store(house, today) + _training(house, today)
    return made


def _offices(house: House) -> list[Any]:
    from qingyuan.areas.assets.models import Office

    return list(Office.objects.filter(organisation=house.unit).order_by("id"))


def _people(house: House, first: date, today: date) -> int:
    from qingyuan.areas.people import actions

    offices, made = _offices(house), 0
    crew = [(account, name, ["om"], offices[home]) for account, name, home in sites.ENGINEERS]
    crew += [(account, name, posts, offices[0]) for account, name, posts in OTHERS]
    for number, (account, name, posts, office) in enumerate(crew, 1):
        if account not in house.scopes:
            continue
        row = actions.save_staff(
            house.manager, number=f"R{number:03}", name=name, posts=posts, hired=first,
            office=office, user=house.scopes[account].user)
        made += 1
        for kind in ("gas", "water") if posts in (["om"], ["supervisor"]) else ():
            ends = today + timedelta(days=RUNS_OUT - 1 if (account, kind) == ("engineer3", "gas")
                                     else 400 + 17 * number)
            actions.add_certificate(
                house.manager, row, kind=kind, number=f"示例-{kind[0].upper()}-{number:03}",
                issuer="示例环境保护产业协会", issuer_level="provincial", issued=first,
                expires=ends)
    return made


def _commitments(house: House, first: date) -> int:
    from qingyuan.areas.conduct import actions, queries
    from qingyuan.areas.files.actions import keep

    text = queries.shipped()
    row = actions.publish(house.manager, title=text["title"], clauses=text["clauses"],
                          effective=first, posts=["om", "supervisor"])
    made = 0
    for account, *_rest in (*sites.ENGINEERS, ("supervisor",)):
        if account in house.scopes:
            scope = house.scopes[account]
            drawn = keep(scope, _stroke(account), kind="signature", name="signature.png")
            actions.sign(scope, drawn=drawn.sha256, text=row)
            made += 1
    return made


def _stroke(account: str) -> bytes:
    """A line as a finger draws it, another for each account."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (400, 120), "white")
    turn = sum(map(ord, account))
    spots = [(20 + 8 * n, 60 + (turn * (n + 3) * (n + 7)) % 70 - 35) for n in range(45)]
    ImageDraw.Draw(picture).line(spots, fill="#111111", width=4, joint="curve")
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def _papers(house: House, first: date, today: date) -> int:
    from qingyuan.areas.means import actions

    offices = _offices(house)
    actions.add_paper(house.manager, kind="licence", issued=first, covers=True,
                      number="示例91650100MA0000", scope_text="示例：环境监测设备运营服务；"
                      "污染源自动监测设施运行维护")
    for kind, number, days in (("quality", "示例Q-19001", 700), ("grade_gas", "示例G-01", 500),
                               ("grade_water", "示例W-01", 500),
                               ("filing", "示例备〔2026〕8号", 300)):
        actions.add_paper(house.manager, kind=kind, number=number, issued=first,
                          expires=today + timedelta(days=days))
    for office, area in zip(offices, ("86", "42", "35.5"), strict=False):
        actions.add_premises(house.manager, office, area_m2=Decimal(area), since=first,
                             until=today + timedelta(days=420), lease=f"示例租-{office.pk}")
    for kind, name in (("office", "办公室"), ("store", "备件库"), ("archive", "档案室")):
        actions.look_at_room(house.manager, offices[0], kind=kind, name=f"示例{name}",
                             suitable=True, note="示例：温湿度、照明、消防符合")
    return 5 + len(offices) + 3


def _vehicles(house: House, first: date) -> int:
    """The last prefecture has none of its own."""
    from qingyuan.areas.means import actions

    offices = _offices(house)
    plates = ((0, "新A·示例1"), (0, "新A·示例2"), (1, "新B·示例3"))
    for number, (home, plate) in enumerate(plates):
        actions.save_vehicle(
            house.manager, office=offices[home], plate=plate, model="示例皮卡", since=first,
            inspection_until=first + timedelta(days=700), odometer=21_000 + 3_000 * number,
            insurance_until=first + timedelta(days=365))
    return len(plates)


def _tools(house: House, first: date, today: date) -> int:
    from qingyuan.areas.means import actions

    tools = (("T01", "皮托管", "gas"), ("T02", "便携式烟气分析仪", "gas"),
             ("T03", "氧量校准表", "gas"),
             ("T04", "便携式多参数水质仪", "water"), ("T05", "标准量筒", "water"),
             ("T06", "数字万用表", ""), ("T07", "四合一气体检测仪", ""))
    for number, (code, name, kind) in enumerate(tools):
        actions.save_tool(
            house.manager, office=_offices(house)[0], number=code, name=f"示例{name}", kind=kind,
            metrology_number=f"示例检-{code}", metrology_until=today + timedelta(
                days=200 + 20 * number))
    return len(tools)


def _laboratory(house: House, first: date) -> int:
    from qingyuan.areas.laboratory import establishing
    from qingyuan.areas.laboratory.holding import holdings

    row = establishing.set_laboratory(house.manager, None, name="示例检测技术有限公司",
                                      ownership="contracted", since=first)
    establishing.accredit(house.manager, row, cma_no="示例260000000000", issued=first,
                          cma_expires=first + timedelta(days=2190))
    methods = {"w01018": "HJ 828-2017", "w21003": "HJ 535-2009", "w21011": "GB 11893-1989",
               "w21001": "HJ 636-2012", "w01001": "HJ 1147-2020"}
    names = {code: one.name for code, one in holdings().items()}
    establishing.set_scope(house.manager, row, "\n".join(
        f"{names[code]} | {method}" for code, method in methods.items() if code in names))
    establishing.add_person(house.manager, row, name="示例·检测员", since=first,
                            qualification="示例上岗证", number="示例-L-01")
    return 1


def _documents(house: House, first: date) -> int:
    from qingyuan.areas.documents import actions, keeping

    made = 0
    for number, key in enumerate(SYSTEMS):
        with clock.at(instant(first + timedelta(days=1), 9 + 0.1 * number)):
            version = keeping.adopt(house.reviewer, key)
            actions.submit(house.reviewer, version)
            actions.approve(house.manager, version, first + timedelta(days=1))
            made += 1
    return made


def _store(house: House, today: date) -> int:
    """Filters end at exactly 110 % of a month's use."""
    from qingyuan.areas.supplies import actions, catalogue

    keeper, offices = house.scopes["storekeeper"], _offices(house)
    first = today - timedelta(days=200)
    months = [_month_back(today, back) for back in (3, 2, 1)]
    with clock.at(instant(first, 9.0)):
        store = catalogue.add_store(keeper, name="示例备件库", kind="store", office=offices[0],
                                    own=True, shared=False)
        lines = (
            ("YH-01", "示例采样滤芯", "consumable", "gas", 3 * FILTERS + FILTERS * 11 // 10,
             FILTERS),
            ("YH-02", "示例蠕动泵管", "consumable", "gas", 90, 6),
            ("YH-03", "示例试剂管路", "consumable", "water", 70, 4),
            ("HX-01", "示例抽气泵", "core", "gas", 9, 0),
            ("HX-02", "示例分析仪光源", "core", "gas", 8, 0),
            ("HX-03", "示例计量管", "core", "water", 8, 0),
            ("BJ-01", "示例烟气分析仪备机", "standby", "gas", 1, 0),
            ("BJ-02", "示例水质分析仪备机", "standby", "water", 1, 0))
        parts = {}
        for code, name, kind, medium, pieces, use in lines:
            part = catalogue.add_part(keeper, code=code, name=name, kind=kind, lead_days=15)
            catalogue.set_fits(keeper, part, [{"kind": medium, "full_replacement": True}])
            serial = {"serial": f"示例-{code}"} if kind == "standby" else {}
            actions.receive(keeper, store, part, pieces, supplier="示例供应商", **serial)
            parts[code] = (part, use)
    for day in months:
        with clock.at(instant(day, 15.0)):
            for part, use in parts.values():
                if use:
                    actions.issue(keeper, store, part, use, reason="示例：当月巡检更换")
    return len(parts)


def _month_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 15)


def _training(house: House, today: date) -> int:
    from qingyuan.areas.people import actions
    from qingyuan.areas.people.queries import in_service

    everybody = list(in_service(house.unit, today))
    made = 0
    for back, subject, law in ((130, "示例：在线监测仪器操作", False),
                               (45, "生态环境监测条例宣贯", True), (12, "生态环境法典学习", True)):
        day = today - timedelta(days=back)
        with clock.at(instant(day, 17.0)):
            actions.hold_training(
                house.manager, day=day, subject=subject, hours=4, law=law, exam=law,
                present={one.pk: 78.0 + 2 * n if law else None
                         for n, one in enumerate(everybody)}, teacher="示例·负责人")
            made += 1
    return made
