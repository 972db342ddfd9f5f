"""Which columns a window of readings has, found without reading the values: every factor and suffix
that occurs in it, so that a table, its export and a chart show the same and lose none."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.hj212 import factors as protocol

from ..models import Factor
from ..readings import PACKED, SUFFIX_OF_COLUMN, TABLES, layouts

ORDER = ("Rtd", "Avg", "Min", "Max", "ZsRtd", "ZsAvg", "ZsMin", "ZsMax", "Cou")
LABELS = {
    "Rtd": "实时值",
    "Avg": "平均",
    "Min": "最小",
    "Max": "最大",
    "ZsRtd": "折算",
    "ZsAvg": "折算平均",
    "ZsMin": "折算最小",
    "ZsMax": "折算最大",
    "Cou": "累计",
    "SampleTime": "采样时间",
    "Flag": "标识",
    "EFlag": "设备标识",
    "Data": "监测值",
    "DayData": "昼间",
    "NightData": "夜间",
}
MAIN = frozenset({"Rtd", "ZsRtd", "Avg", "ZsAvg", "Data", "DayData", "NightData"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: factor and suffix, with name and unit for people."""

    code: str
    suffix: str
    name: str
    unit: str
    label: str

    @property
    def main(self) -> bool:
        """Whether it belongs to the short table (mean or momentary values, converted ones too)."""
        return self.suffix in MAIN


def columns(
    scope: Scope, point: MonitoringPoint, interval: str, since: int, until: int
) -> list[Column]:
    """The columns of a visible point's readings with since <= time < until, factor by factor in the
    order in which they are sent."""
    points_of(scope).get(pk=point.pk)
    rows = TABLES[interval].objects.filter(point=point.pk, time__gte=since, time__lt=until)
    pairs = _packed(rows) if interval in PACKED else _reported(rows)
    names = {f.code: f for f in Factor.objects.filter(code__in={code for code, _s in pairs})}
    order = pollutants_first(dict.fromkeys(code for code, _suffix in pairs))
    pairs.sort(key=lambda pair: (order.index(pair[0]), _rank(pair[1]), pair[1]))
    return [
        Column(
            code,
            suffix,
            names[code].name if code in names else code,
            unit_of(code, suffix, names.get(code)),
            LABELS.get(suffix, suffix),
        )
        for code, suffix in pairs
    ]


def unit_of(code: str, suffix: str, factor: Factor | None) -> str:
    """The unit of a value: amounts (Cou) have their own, printed in annex B."""
    if suffix == "Cou":
        row = protocol.find(code)
        return row.amount_unit if row else ""
    return factor.unit if factor else ""


AUXILIARY = ("a00", "a01", "a19", "w00", "w01001", "w01010", "B0", "S", "001", "003")


def pollutants_first(codes: Iterable[str]) -> list[str]:
    """Pollutants before the auxiliary quantities (flow, temperature, humidity, oxygen, pH), else in
    the order given.

    >>> pollutants_first(["a00000", "a34013", "a19001", "a21026"])
    ['a34013', 'a21026', 'a00000', 'a19001']
    """
    return sorted(codes, key=lambda code: code.startswith(AUXILIARY))


def _rank(suffix: str) -> int:
    return ORDER.index(suffix) if suffix in ORDER else len(ORDER)


def _packed(rows) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    ids = set(rows.order_by().values_list("shape_id", flat=True).distinct())
    found: dict[tuple[str, str], None] = {}
    for _pk, shape in sorted(layouts(ids).items()):
        found.update(dict.fromkeys(shape.columns))
    return list(found)


def _reported(rows) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    tallies = {name: Count(name) for name in SUFFIX_OF_COLUMN}
    counted = rows.order_by().values("factor_id").annotate(**tallies)
    by_factor = {row["factor_id"]: row for row in counted}
    rare: dict[int, set[str]] = {}
    for factor, more in rows.exclude(more=None).values_list("factor_id", "more"):
        rare.setdefault(factor, set()).update(more)
    codes = dict(Factor.objects.filter(pk__in=by_factor).values_list("id", "code"))
    return list(_pairs(by_factor, rare, codes))


def _pairs(
    counted: dict[int, dict[str, int]], rare: dict[int, set[str]], codes: dict[int, str]
) -> Iterable[tuple[str, str]]:
    for factor, row in sorted(counted.items(), key=lambda item: codes[item[0]]):
        for column, suffix in SUFFIX_OF_COLUMN.items():
            if row[column]:
                yield codes[factor], suffix
        for suffix in sorted(rare.get(factor, ())):
            yield codes[factor], suffix
