"""What devices tell of themselves and what people read on their screens: kept as stretches of one
value, so that a device that tells the same every hour is one row. Instants are epoch milliseconds.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.telemetry.models import Factor, StationMessage
from qingyuan.calc.roles import under_2017

from .kinds import BY_FIELD, BY_INFO, CNS, INFO, KINDS, Key
from .models import Cursor, Origin, ParameterReading
from .queries import newest_readings
from .standing import now_ms, refresh
from .values import LONGEST, checked, numbers, printed, same

CURSOR = "device_information"
AT_ONCE = 2000  # packets
OVERLAP = 1000  # frames read again, since parts of a split packet are stored late
BACK = 400 * 86_400_000  # ms within which a reading by hand may lie


class Told(NamedTuple):
    """What a packet says of one parameter."""

    kind: str
    factor: str
    value: str


def told_by(cn: str, pairs: Sequence[Sequence[str]]) -> list[Told]:
    """The parameters in the fields of a packet: device information by its codes, the answers to
    1021, 1061 and 1063 by their fields. Senders write PolId and PolID, and blanks.

    >>> told_by("3020", [["PolId", "a21026"], ["i13001-Info ", "0~200"], ["i12001-Info", "0"]])
    [Told(kind='range', factor='a21026', value='0~200')]
    >>> told_by("1021", [["PolId", "02"], ["02-LowValue", "0"], ["02-UpValue", "35"]])[1]
    Told(kind='alarm_high', factor='a21026', value='35')
    >>> told_by("1061", [["RtdInterval", "30"]]), told_by("3020", [["InfoId", "i13001"]])
    ([Told(kind='rtd_interval', factor='', value='30')], [])
    """
    factor, found = "", []
    for name, text in pairs:
        name, text = name.strip(), text.strip()[:LONGEST]
        if name.lower() == "polid":
            factor = under_2017(text)[0][:16]
            continue
        code, hyphen, suffix = name.partition("-")
        if cn == INFO:
            kind = BY_INFO.get(code) if suffix == "Info" else None
            said = Told(kind or "", factor, text)
        elif hyphen:
            kind, (own, times) = BY_FIELD.get((cn, suffix)), under_2017(code)
            said = Told(kind or "", own[:16], _times(text, times))
        else:
            kind = BY_FIELD.get((cn, code))
            said = Told(kind or "", "", text)
        if kind and text:
            found.append(said if KINDS[kind].of_factor else said._replace(factor=""))
    return [one for one in found if one.factor or not KINDS[one.kind].of_factor]


def _times(text: str, times: float) -> str:
    """A number of a code of 2005 in the unit of its 2017 code."""
    found = numbers(text) if times != 1.0 else None
    return printed(found[0] * Decimal(str(times))) if found else text


def arrived() -> tuple[set[int], int]:
    """Store what packets have told since the last time: points that told another value, and how
    many packets. A transaction for ``AT_ONCE`` packets; to read one again changes nothing."""
    touched: set[int] = set()
    count = 0
    while True:
        with transaction.atomic():
            cursor, _new = Cursor.objects.select_for_update().get_or_create(name=CURSOR)
            rows = list(StationMessage.objects.filter(
                frame__gt=cursor.frame - (0 if count else OVERLAP), cn__in=CNS,
                point__isnull=False,
            ).order_by("frame").values_list("frame", "cn", "point_id", "time", "at", "pairs")[
                :AT_ONCE])
            fresh = sum(1 for row in rows if row[0] > cursor.frame)
            touched |= _keep(rows)
            if rows:
                Cursor.objects.filter(pk=cursor.pk).update(frame=max(cursor.frame, rows[-1][0]))
        count += fresh
        if len(rows) < AT_ONCE:
            return touched, count


def _keep(rows: Iterable[tuple[int, str, int, int, int, Any]]) -> set[int]:
    """Points of which a packet told another value than before; a clock that is fast counts as the
    arrival. Three queries, and some for each value that is older than what is known."""
    said = [(point, (one.kind, one.factor), min(time * 1000, at), one.value, frame)
            for frame, cn, point, time, at, pairs in rows for one in told_by(cn, pairs)]
    here = set(MonitoringPoint.objects.filter(
        pk__in={one[0] for one in said}).values_list("pk", flat=True))
    newest = {(point, key): by_source[Origin.WIRE]
              for point, by_key in newest_readings(here).items()
              for key, by_source in by_key.items() if Origin.WIRE in by_source}
    made, longer, late = [], {}, []
    for one in sorted((one for one in said if one[0] in here), key=lambda one: one[2]):
        point, key, at, value, frame = one
        held = newest.get((point, key))
        alike = held is not None and same(key[0], held.value, value)
        if held is not None and (at < held.first_at or (not alike and at <= held.last_at)):
            late.append(one)
        elif held is not None and alike:
            if at > held.last_at:
                held.last_at = at
                longer[id(held)] = held
        else:
            held = ParameterReading(
                point_id=point, kind=key[0], factor=key[1], value=value, first_at=at, last_at=at,
                source=Origin.WIRE, ref=f"frame:{frame}")
            newest[point, key] = held
            made.append(held)
    for row in made:
        longer.pop(id(row), None)
    ParameterReading.objects.bulk_create(made)
    ParameterReading.objects.bulk_update(longer.values(), ["last_at"], batch_size=500)
    for point, key, at, value, frame in late:
        _add_late(point, key, value, at, f"frame:{frame}")
    return {one.point_id for one in made}


def _add_late(point: int, key: Key, value: str, at: int, ref: str) -> None:
    """A value that was told before what is known already: within a stretch of the same it says
    nothing new, next to one it makes that longer, else it is a stretch of its own."""
    kind, factor = key
    rows = ParameterReading.objects.filter(
        point=point, kind=kind, factor=factor, source=Origin.WIRE)
    before = rows.filter(first_at__lte=at).order_by("-first_at", "-id").first()
    if before is not None and same(kind, before.value, value):
        rows.filter(pk=before.pk, last_at__lt=at).update(last_at=at)
        return
    after = rows.filter(first_at__gt=at).order_by("first_at", "id").first()
    if after is not None and same(kind, after.value, value):
        rows.filter(pk=after.pk).update(first_at=at, ref=ref)
        return
    ParameterReading.objects.create(
        point_id=point, kind=kind, factor=factor, value=value, first_at=at, last_at=at,
        source=Origin.WIRE, ref=ref)


@transaction.atomic
def read_by_hand(
    scope: Scope, point: MonitoringPoint, *, kind: str, factor: str = "", value: str,
    at: int | None = None, files: Iterable[str] = (), note: str = "", now: int | None = None,
) -> ParameterReading:
    """What somebody read on the instrument's screen, with photos by their SHA-256. ValidationError
    (``kind``, ``factor``, ``value``, ``at``, ``files``, ``note``)."""
    require(scope, "file_parameters")
    held = points_of(scope).get(pk=point.pk)
    present = now_ms() if now is None else now
    moment = present if at is None else at
    _check_key(kind, factor)
    text = checked(kind, value)
    if not present - BACK <= moment <= present + 60_000:
        raise ValidationError({"at": _("查看时间应在最近 400 天之内，且不晚于现在")})
    if len(note) > 200:
        raise ValidationError({"note": _("不能超过 %d 字") % 200})
    proof = known_files(scope, files)
    row = ParameterReading.objects.create(
        point=held, kind=kind, factor=factor, value=text, first_at=moment, last_at=moment,
        source=Origin.PERSON, organisation=scope.organisation, who=scope.who[:128], files=proof,
        note=note.strip())
    audit(scope, "read_parameter", row, None, {
        "kind": kind, "factor": factor, "value": text, "read_at": moment, "files": len(proof)})
    refresh([held], present)
    return row


def _check_key(kind: str, factor: str) -> None:
    if kind not in KINDS:
        raise ValidationError({"kind": _("请选择参数")})
    if KINDS[kind].of_factor and not Factor.objects.filter(code=factor).exists():
        raise ValidationError({"factor": _("没有编码为 %s 的因子") % factor})
    if not KINDS[kind].of_factor and factor:
        raise ValidationError({"factor": _("该参数不分因子")})


def known_files(scope: Scope, files: Iterable[str]) -> list[str]:
    """Digests of files that the scope's organisation has kept; ValidationError for others."""
    wanted = list(dict.fromkeys(files))[:20]
    held = set(attachments_of(scope).filter(sha256__in=wanted).values_list("sha256", flat=True))
    if set(wanted) - held:
        raise ValidationError({"files": _("附件不存在，请重新上传")})
    return wanted
