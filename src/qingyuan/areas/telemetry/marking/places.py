"""Which point of ours a place of the platform is, and which factor a word of it."""

import re

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc.roles import under_2017

from ..importing.headings import Names
from ..models import PlatformPlace

_NOISE = re.compile(r"[\s·•・.\-—_()（）#号]+")


class Unknown(LookupError):
    """A place or factor that is not known, with the offending text; ``place``: a mapping helps."""

    def __init__(self, message: str, *, place: bool = False) -> None:
        super().__init__(message)
        self.place = place


def plain(text: str) -> str:
    """A name as it is compared: without blanks, dots and brackets, in one case.

    >>> plain("1 号排口（DA001）") == plain("1号排口DA001"), plain("阿·卜") == plain("阿•卜")
    (True, True)
    """
    return _NOISE.sub("", text).casefold()


class Places:
    """The points a scope sees, as the platform may speak of them: by a kept mapping, by code, by
    the name of the point or of an outlet that has only one."""

    def __init__(self, scope: Scope) -> None:
        self._points = {p.pk: p for p in points_of(scope)}
        self._names: dict[str, Names] = {}
        self._kept = {
            (row.ps_name, row.mp_id, row.mp_name): row.point_id
            for row in PlatformPlace.objects.filter(organisation=scope.organisation)
        }
        self._by_code: dict[str, list[MonitoringPoint]] = {}
        self._by_name: dict[str, list[MonitoringPoint]] = {}
        for point in self._points.values():
            for code in {point.code, point.outlet.code} - {""}:
                self._by_code.setdefault(code.casefold(), []).append(point)
            for name in {plain(point.name), plain(point.outlet.name)}:
                self._by_name.setdefault(name, []).append(point)

    def point(self, ps_name: str, mp_id: str, mp_name: str) -> MonitoringPoint:
        """The one point that is meant. Unknown when there is none or more than one."""
        kept = self._points.get(self._kept.get((ps_name, mp_id, mp_name), 0))
        if kept is not None:
            return kept
        told = f"{ps_name} {mp_name}{f'（{mp_id}）' if mp_id else ''}".strip()
        for some in (self._by_code.get(mp_id.casefold(), []),
                     self._by_name.get(plain(mp_name), []) if mp_name else []):
            own = [p for p in some if not ps_name or plain(p.organisation.name) == plain(ps_name)]
            if len(own) == 1:
                return own[0]
            if own:
                raise Unknown(_("有 %(n)d 个点位叫“%(told)s”，请指定对应的点位") % {
                    "n": len(own), "told": told}, place=True)
        raise Unknown(_("没有名为“%s”的点位，请指定对应的点位") % told, place=True)

    def factor(self, point: MonitoringPoint, code: str, name: str) -> str:
        """The 2017 code of a factor by the platform's code or name, "" for none named."""
        if not code and not name:
            return ""
        if point.kind not in self._names:
            self._names[point.kind] = Names(point.kind)
        known = self._names[point.kind]
        found = (known.find(code) if code else None) or (known.find(name) if name else None)
        if found is None:
            raise Unknown(_("poll_code“%(code)s”、poll_name“%(name)s”不是已知因子，"
                            "应为 HJ 212 编码如 a21026 或名称如二氧化硫") % {
                                "code": code, "name": name})
        return under_2017(found.code)[0]
