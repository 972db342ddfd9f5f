"""What several actions on places refuse: fields nobody knows, areas without a name, positions that
cannot be, what is not the scope's to write."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.regions import place_code
from qingyuan.areas.organisations.scope import Scope

from . import queries
from .models import ServiceContract

CHINA = ((3.0, 54.0), (73.0, 136.0))  # degrees; outside lies a slip of the pen


def known(facts: dict[str, Any], fields: frozenset[str]) -> None:
    """Refuse facts that are no field."""
    strange = sorted(set(facts) - fields)
    if strange:
        raise ValidationError(_("没有这些字段：%s") % ", ".join(strange))


def area_code(text: str) -> str:
    """The code of a prefecture or 兵团 city by code or name; ValidationError for neither."""
    code = place_code(text)
    if code is None:
        raise ValidationError({"area": _("不认识的地州市：%s。请填名称或 6 位区划代码") % text})
    return code


def check_position(latitude: float | None, longitude: float | None) -> None:
    """Refuse half a position, and one outside of China: mostly the two were exchanged."""
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise ValidationError({missing: _("纬度和经度应同时填写")})
    if latitude is None or longitude is None:
        return
    (south, north), (west, east) = CHINA
    if not (south <= latitude <= north and west <= longitude <= east):
        raise ValidationError({"latitude": _(
            "位置不在中国境内，请核对纬度与经度是否填反（WGS 84，十进制度）")})


def own_discharger(scope: Scope, discharger: Organisation) -> Organisation:
    """The discharger as the scope serves it; Organisation.DoesNotExist for any other."""
    return queries.dischargers(scope).get(pk=discharger.pk)


def refuse_foreign(scope: Scope, points: Any) -> None:
    """Refuse to write what concerns points that another unit serves."""
    served = ServiceContract.objects.filter(queries.in_force(queries.today())).values("point")
    if points.filter(pk__in=served).exclude(
            pk__in=queries.points_of(scope).values("pk")).exists():
        raise ValidationError(_(
            "另有其他单位运维的点位，请由排污单位填写，或只填本单位的点位"))
