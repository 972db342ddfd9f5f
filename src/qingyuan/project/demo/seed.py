"""Seed a fictitious company through the same actions that its people would use."""

import secrets
import time
from datetime import timedelta
from pathlib import Path

from qingyuan.project.setup import configure

from . import facilities, places, sites
from .facts import enter, midnight

UNIT = "示例清源环境运维有限公司"
# account, name, role, organisation kind
PEOPLE: tuple[tuple[str, str, str], ...] = (
    ("manager", "示例·负责人", "manager"),
    *((account, name, "engineer") for account, name, _office in sites.ENGINEERS),
    ("reviewer", "示例·审核员", "reviewer"),
    ("supervisor", "示例·督查员", "supervisor"),
    ("storekeeper", "示例·库管员", "storekeeper"),
)
OUTSIDE: tuple[tuple[str, str, str], ...] = (
    ("discharger", "示例·环保负责人", "discharger_manager"),
    ("inspector", "示例·监管人员", "inspector"),
)
CARRIERS = ("中国移动", "中国电信", "中国联通")
CONSENTING = (0, 1, 2)  # stations whose dischargers agree to requests for kept data
HISTORY_REQUESTS = ("2031", "2051", "2061")
REGULATOR = "示例生态环境局"
Account = tuple[str, str, str]


def seed(data: Path, *, stations: int, seed_number: int) -> list[Account]:
    """Company, people and stations, once; returns (account, password, role as people say it).

    The passwords are made on the first run and kept in ``demo-accounts.txt`` (mode 0600) beside
    the data, so that later runs can print them again.
    """
    configure(data)
    from django.db import transaction

    from qingyuan.areas.organisations.models import Organisation, Role

    kept = data / "demo-accounts.txt"
    if not Organisation.objects.filter(name=UNIT).exists():
        passwords = {name: secrets.token_urlsafe(6) for name, *_ in (*PEOPLE, *OUTSIDE)}
        with transaction.atomic():
            _company(passwords, stations, seed_number)
        kept.touch(mode=0o600)
        kept.write_text("".join(f"{name} {word}\n" for name, word in passwords.items()))
    known = dict(line.split() for line in kept.read_text().splitlines()) if kept.exists() else {}
    roles = dict(Role.choices)
    return [(name, known.get(name, "—"), str(roles[role])) for name, _, role in (*PEOPLE, *OUTSIDE)]


def _company(passwords: dict[str, str], stations: int, seed_number: int) -> None:
    from qingyuan.areas.assets.queries import today as china_today
    from qingyuan.areas.organisations.actions import add_member, found_unit
    from qingyuan.areas.organisations.models import Organisation, OrganisationKind
    from qingyuan.simulator.stations import fleet

    unit = found_unit(UNIT, area="650000")
    for account, name, role in PEOPLE:
        add_member(unit, account, role, name=name, password=passwords[account])
    specs = fleet(stations, seed_number)
    points = [_station(unit, number, spec) for number, spec in enumerate(specs)]
    sites.enter(unit, specs, points, china_today())
    regulator = Organisation.objects.create(
        kind=OrganisationKind.REGULATOR, name=REGULATOR, area="65"
    )
    first = Organisation.objects.filter(kind=OrganisationKind.DISCHARGER).order_by("id").first()
    for (account, name, role), home in zip(OUTSIDE, (first, regulator), strict=True):
        add_member(unit, account, role, name=name, password=passwords[account], organisation=home)


def _station(unit, number: int, spec):
    from qingyuan.areas.assets.actions import give_consent, register_station
    from qingyuan.areas.assets.queries import today as china_today
    from qingyuan.areas.organisations.actions import add_discharger

    today = china_today()
    key = {"sm4_key": spec.sm4_key, "sm4_key_date": today - timedelta(days=20)}
    logger, point = register_station(
        unit, mn=spec.mn, password=spec.password, kind=spec.kind, name=spec.name,
        discharger=add_discharger(unit, spec.discharger, area=places.area(number)),
        contract_since=today - timedelta(days=365), edition=spec.edition,
        realtime_seconds=spec.rtd_interval,
        minute_minutes=spec.min_interval, maker="示例仪表", model="DEMO-212",
        serial=f"DEMO{number + 1:05d}", firmware="1.4.2",
        sim_iccid=f"8986000000000000{number + 1:04d}", sim_carrier=CARRIERS[number % 3],
        sim_plan_until=today + timedelta(days=12 + 29 * number),
        uploads=["192.0.2.10:9212"], **(key if spec.sm4_key else {}),
    )
    facilities.enter(unit, number, spec, point, today)
    enter(unit, number, spec, point, midnight(time.time()))
    if number in CONSENTING:
        for cn in HISTORY_REQUESTS:
            give_consent(unit, logger, cn=cn, since=today - timedelta(days=90),
                         until=today + timedelta(days=275),
                         document=f"示例同意书〔{today.year}〕{number + 1}号",
                         given_by="示例·环保负责人")
    return point
