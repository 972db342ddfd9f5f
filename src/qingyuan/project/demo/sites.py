"""The demonstration's offices, who looks after which point, and how one gets in."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from . import places

ENGINEERS: tuple[tuple[str, str, int], ...] = (  # account, name, prefecture they work from
    ("engineer", "示例·运维员甲", 0), ("engineer2", "示例·运维员乙", 0),
    ("engineer3", "示例·运维员丙", 0), ("engineer4", "示例·运维员丁", 1),
    ("engineer5", "示例·运维员戊", 1), ("engineer6", "示例·运维员己", 1),
    ("engineer7", "示例·运维员庚", 2), ("engineer8", "示例·运维员辛", 2),
)
AGE = 300  # days before the anchor since when everything is as it is


def enter(unit: Any, specs: Sequence[Any], points: Sequence[Any], today: date) -> None:
    """Offices and their people, houses, positions, keepers, conditions of entry and permits; once.
    ``points`` go with ``specs``."""
    from qingyuan.areas.assets import sites
    from qingyuan.areas.organisations.models import User

    since = today - timedelta(days=AGE)
    people = {account: User.objects.get(username=account) for account, *_ in ENGINEERS}
    offices = [
        sites.add_office(unit, name=f"{name}办事处", area=code, since=since, latitude=latitude,
                         longitude=longitude, address=f"{name}示例路 {number + 1} 号")
        for number, (name, code, latitude, longitude) in enumerate(places.PREFECTURES)
    ]
    for account, _name, home in ENGINEERS:
        sites.set_office_of(unit, people[account], offices[home], since)
    for number, (spec, point) in enumerate(zip(specs, points, strict=True)):
        _place(unit, number, spec, point)
        crew = crew_of(number)
        sites.keep_point(unit, [point], people[crew[0]], since)
        sites.keep_point(unit, [point], people[crew[1]], since, backup=True)
        _entry(unit, number, point, since)
    _permits(unit, people, points, today)


def crew_of(number: int) -> tuple[str, str]:
    """Accounts of the station's keeper and of who stands in, both of its prefecture's office."""
    turn = [n for n in range(number + 1) if places.prefecture(n) == places.prefecture(number)]
    home = places.PREFECTURES.index(places.prefecture(number))
    crew = [account for account, _name, office in ENGINEERS if office == home]
    place = (len(turn) - 1) % len(crew)
    return crew[place], crew[(place + 1) % len(crew)]


def _place(unit: Any, number: int, spec: Any, point: Any) -> None:
    from qingyuan.areas.assets import sites

    latitude, longitude = places.position(number)
    house = sites.add_house(
        unit, point.organisation, name=f"{spec.name}站房", floor_area=12.0 + number % 4 * 2.0,
        latitude=latitude, longitude=longitude)
    sites.set_place(
        unit, point, house=house, area=places.area(number), latitude=latitude,
        longitude=longitude, fence=places.FENCE,
        directions="示例：厂区东门登记后直行 300 m，站房在烟囱北侧" if spec.kind == "gas"
        else "示例：厂区西门登记后沿污水处理区道路 200 m")


def _entry(unit: Any, number: int, point: Any, since: date) -> None:
    from qingyuan.areas.assets import sites

    owner = point.organisation
    if number % 3 == 0:
        sites.add_entry_condition(unit, owner, point=point, kind="safety_training", since=since,
                                  note="示例：每年一次入厂安全培训")
        sites.add_entry_condition(unit, owner, point=point, kind="gate_hours", since=since,
                                  opens=time(8, 30), closes=time(19, 0),
                                  contact="示例·安环部值班电话")
    if number % 4 == 1:
        sites.add_entry_condition(unit, owner, point=point, kind="height", since=since,
                                  note="示例：烟囱平台作业")
    if number % 9 == 2:
        sites.add_entry_condition(unit, owner, point=point, kind="no_photo", since=since,
                                  note="示例：控制室禁止拍照")
    if number % 7 == 5:
        sites.add_entry_condition(unit, owner, point=point, kind="escort", since=since,
                                  contact="示例·环保专工")


def _permits(unit: Any, people: dict[str, Any], points: Sequence[Any], today: date) -> None:
    from qingyuan.areas.assets import sites

    since = today - timedelta(days=AGE)
    for turn, (account, _name, _home) in enumerate(ENGINEERS):
        person = people[account]
        sites.add_permit(unit, kind="height", person=person, since=since,
                         until=today + timedelta(days=60 * turn - 20),
                         number=f"示例高处{turn + 1:03d}")
        if turn % 2 == 0:
            sites.add_permit(unit, kind="electrician", person=person, since=since,
                             until=today + timedelta(days=400), number=f"示例电工{turn + 1:03d}")
        for number, point in enumerate(points):
            if number % 3 == 0 and account in crew_of(number):
                sites.add_permit(
                    unit, kind="safety_training", person=person, discharger=point.organisation,
                    since=since, until=since + timedelta(days=365 if (number + turn) % 11 else 280))
    for office in range(len(places.PREFECTURES)):
        sites.add_permit(unit, kind="vehicle_permit", vehicle=places.vehicle(office, 0),
                         since=since, until=today + timedelta(days=200))
