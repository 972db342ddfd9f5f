"""Sheets of the set-up workbook: offices, and people with roles, office and the points they keep.

New accounts have no password: it is set by the person through a link of ``organisations.people``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.organisations import people
from qingyuan.areas.organisations.models import Membership, Role, User
from qingyuan.areas.organisations.regions import short_word
from qingyuan.areas.organisations.scope import Scope

from . import queries, sites, sites_queries
from .facility_import import Columns, cleaned, day_of
from .models import MonitoringPoint, OfficeMember, PointKeeper
from .setup_book import Column, Sheet, Typed

OFFICES, PEOPLE = "办事处", "人员"
ROLES = {str(role.label): role.value for role in Role}
OFFICE_COLUMNS = (
    Column("办事处名称", "name", "乌鲁木齐办事处", "", True),
    Column("地州市", "area", "乌鲁木齐市", "名称或 6 位区划代码", True),
    Column("地址", "address"), Column("电话", "phone"),
    Column("纬度", "latitude", "", "WGS 84，十进制度"), Column("经度", "longitude"),
    Column("启用日期", "since", "2026-01-01", "不填为今日"),
)
PEOPLE_COLUMNS = (
    Column("账号", "username", "zhangsan", "登录用；字母、数字与 @ . + - _", True),
    Column("姓名", "name", "示例张三", "新账号必填"),
    Column("角色", "role", "运维人员", "多个用顿号隔开：" + "、".join(ROLES)),
    Column("手机", "phone", "", ""),
    Column("办事处", "office", "乌鲁木齐办事处", "已登记的，或本文件中的办事处"),
    Column("负责点位", "points", "示例热力有限公司/1 号锅炉烟气出口",
           "排污单位/点位名称，多个用顿号或换行隔开"),
    Column("备岗点位", "backups", "", "写法同上"),
    Column("负责起始日期", "since", "2026-01-01", "办事处与点位自该日起；不填为今日"),
)


def enter_office(run: Any, typed: Typed) -> list[str]:
    """Enter an office, or bring it up to date."""
    facts: dict[str, Any] = {n: typed[n] for n in ("area", "address", "phone") if typed.get(n)}
    for name in ("latitude", "longitude"):
        if typed.get(name):
            facts[name] = cleaned(forms.FloatField(), typed, name, _("应为数字"))
    since = day_of(typed, "since")
    held = sites_queries.offices_of(run.scope).filter(name=typed.get("name", "").strip()).first()
    if held is None:
        if not typed.get("name") or not typed.get("area"):
            raise ValidationError({n: _("必填") for n in ("name", "area") if not typed.get(n)})
        sites.add_office(run.scope, name=typed["name"], since=since or queries.today(), **facts)
        return [_("登记办事处")]
    before = {n: getattr(held, n) for n in (*facts, "since")}
    row = sites.edit_office(run.scope, held, **facts, **({"since": since} if since else {}))
    return [] if before == {n: getattr(row, n) for n in before} else [_("更新办事处")]


def enter_person(run: Any, typed: Typed) -> list[str]:
    """Enter a colleague's account and roles, then office and points from the day named."""
    account = typed.get("username", "").strip()
    if not account:
        raise ValidationError({"username": _("必填")})
    user, done = _account(run.scope, account, typed)
    since = day_of(typed, "since") or queries.today()
    if typed.get("office"):
        office = sites_queries.offices_of(run.scope).filter(name=typed["office"]).first()
        if office is None:
            raise ValidationError({"office": _("没有这个办事处")})
        with Columns({"person": "username"}):
            if sites.set_office_of(run.scope, user, office, since) is not None:
                done.append(_("安排办事处"))
    for column, backup in (("points", False), ("backups", True)):
        done += _keep(run, user, typed.get(column, ""), column, since, backup)
    return done


def _account(scope: Scope, account: str, typed: Typed) -> tuple[User, list[str]]:
    roles = [_role(text) for text in re.split(r"[、,，;；\s]+", typed.get("role", "")) if text]
    held = people.people_of(scope).filter(username__iexact=account).first()
    done: list[str] = []
    if held is None and not roles:
        raise ValidationError({"role": _("新账号必填")})
    has = set(Membership.objects.filter(user=held, organisation=scope.organisation, active=True)
              .values_list("role", flat=True)) if held else set()
    for role in roles:
        if role not in has:
            made = people.add_colleague(scope, account, name=typed.get("name", ""), role=role,
                                        phone=typed.get("phone", ""))
            done.append(_("新增人员") if held is None else _("增加角色"))
            held = made.user
    told = {n: typed[n] for n in ("name", "phone") if typed.get(n)}
    assert held is not None  # found, or made by the first role
    if any(getattr(held, n) != value for n, value in told.items()):
        with Columns({"user": "username"}):
            people.edit_colleague(scope, held, **told)
        done.append(_("更新人员"))
    return held, done


def _role(text: str) -> str:
    if text not in ROLES:
        raise ValidationError({"role": _("不认识的角色：%(typed)s。可填：%(known)s") % {
            "typed": text, "known": "、".join(ROLES)}})
    return ROLES[text]


def _keep(
    run: Any, user: User, text: str, column: str, since: date, backup: bool
) -> list[str]:
    found: list[MonitoringPoint] = []
    for name in (part.strip() for part in re.split(r"[、；;\n]+", text)):
        if name:
            found += _named(run, name, column)
    if not found:
        return []
    with Columns({"person": "username", "points": column}):
        made = sites.keep_point(run.scope, found, user, since, backup=backup)
    word = _("备岗 %d 个点位") if backup else _("负责 %d 个点位")
    return [word % len(made)] if made else []


def _named(run: Any, name: str, column: str) -> list[MonitoringPoint]:
    """The point that a text names; none while it is only planned by another line of the file."""
    owner, _slash, last = name.rpartition("/")
    discharger, _slash, outlet = owner.partition("/")
    rows = queries.points_of(run.scope).filter(name=last)
    rows = rows.filter(organisation__name=discharger) if discharger else rows
    points = list(rows.filter(outlet__name=outlet) if outlet else rows)
    if len(points) == 1:
        return points
    planned = [(d, p) for d, p in run.planned if p == last and discharger in ("", d)]
    if not points and planned and not run.keep:
        return []
    wrong = _("有几个点位叫 %s，请写作 排污单位/点位名称") if points else _("没有点位 %s")
    raise ValidationError({column: wrong % name})


def office_lines(scope: Scope) -> Iterable[Typed]:
    """The unit's offices that are in use."""
    for row in sites_queries.offices_of(scope).filter(until=None):
        yield {"name": row.name, "area": short_word(row.area),
               "address": row.address, "phone": row.phone, "since": row.since.isoformat(),
               "latitude": "" if row.latitude is None else f"{row.latitude:.10g}",
               "longitude": "" if row.longitude is None else f"{row.longitude:.10g}"}


def person_lines(scope: Scope) -> Iterable[Typed]:
    """Active colleagues with roles, and a line for each day from which an office or points hold."""
    words: dict[int, list[str]] = defaultdict(list)
    for member in Membership.objects.filter(organisation=scope.organisation, active=True):
        words[member.user_id].append(str(Role(member.role).label))
    told: dict[int, dict[date, Typed]] = defaultdict(dict)
    standing = queries.in_force(queries.today())
    for row in OfficeMember.objects.filter(
            standing, office__organisation=scope.organisation).select_related("office"):
        told[row.person_id].setdefault(row.since, {})["office"] = row.office.name
    names: dict[tuple[int, date, str], list[str]] = defaultdict(list)
    kept = PointKeeper.objects.filter(
        standing, organisation=scope.organisation, point__in=queries.points_of(scope).values("pk"))
    for row in kept.select_related("point__organisation", "point__outlet").order_by("point_id"):
        column = "backups" if row.backup else "points"
        names[row.person_id, row.since, column].append(
            f"{row.point.organisation.name}/{row.point.outlet.name}/{row.point.name}")
    for (person, since, column), points in names.items():
        told[person].setdefault(since, {})[column] = "、".join(points)
    for user in sites_queries.colleagues(scope):
        base = {"username": user.username, "name": user.name, "phone": user.phone,
                "role": "、".join(words[user.pk])}
        days = sorted(told[user.pk].items()) or [(None, {})]
        for since, more in days:
            yield base | more | ({"since": since.isoformat()} if since else {})


SHEETS = (
    Sheet(OFFICES, "一行是一个办事处", OFFICE_COLUMNS, enter_office, office_lines,
          by_point=False),
    Sheet(PEOPLE, "一行是一个人，不同的起始日期分几行写；新账号没有密码，由本人用登录链接设置",
          PEOPLE_COLUMNS, enter_person, person_lines, by_point=False),
)
