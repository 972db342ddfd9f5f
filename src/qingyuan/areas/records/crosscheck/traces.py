"""What people and things left of a visit: check-ins, photos and their other uses, other work of the
same person or at the same point, bottles. Everything within one unit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q, QuerySet

from qingyuan.areas.assets.sites_queries import distance
from qingyuan.areas.files.models import MediaKind
from qingyuan.crosscheck import types
from qingyuan.crosscheck.types import Bottle, Span, Use, Work

from ..keeping.queries import STANDING
from ..models import Approval, Presence, PresenceKind, Record, RecordFile
from .mapping import DESK, FORMS, factor_between
from .works import bottles_in, day_of, gases_of

STAY = 16 * 3600  # s: a check-in further off belongs to another visit
DAY = 24 * 3600
USED = 60 * DAY  # back: a unit without any check-in since keeps none
BOTTLES_BACK = timedelta(days=3 * 366)  # a bottle of gas lasts no longer
BOTTLES = tuple(code for code, told in FORMS.items() if told.bottles)
NEAR_GAS = 0.01  # share by which a bottle's and a record's concentration may differ
WORK_LONGEST = DAY * 1000  # ms
WORDS = (
    ("二氧化硫", "SO2"), ("SO2", "SO2"), ("氮氧化物", "NO"), ("一氧化氮", "NO"), ("NO", "NO"),
    ("二氧化氮", "NO2"), ("NO2", "NO2"), ("一氧化碳", "CO"), ("氧气", "O2"), ("氯化氢", "HCL"),
    ("HCL", "HCL"), ("甲烷", "CH4"), ("丙烷", "CH4"), ("化学需氧量", "COD"), ("COD", "COD"),
    ("氨氮", "NH3"), ("总磷", "TP"), ("总氮", "TN"),
)
"""Words in the names of bottles and what they stand for."""
OWN = {"a21026": "SO2", "a21003": "NO", "a21004": "NO2", "a21005": "CO", "a19001": "O2",
       "a21024": "HCL", "a24088": "CH4", "a24087": "CH4", "a05002": "CH4", "w01018": "COD",
       "w21003": "NH3", "w21011": "TP", "w21001": "TN"}
APPROVED = {Approval.APPROVED: True, Approval.REFUSED: False}


def presences_of(record: Record, span: Span) -> tuple[list[types.Presence], list[types.Presence]]:
    """(those of the author at the point, those elsewhere about that time). One query."""
    if record.author_id is None:
        return [], []
    rows = Presence.objects.filter(
        organisation=record.organisation_id, person=record.author_id,
        phone_at__gte=(span[0] - STAY) * 1000, phone_at__lte=(span[1] + STAY) * 1000,
    ).select_related("point").order_by("phone_at", "id")
    every = [_presence(row) for row in rows]
    here = f"point:{record.point_id}"
    return [one for one in every if one.point == here], [
        one for one in every if one.point != here]


def _presence(row: Presence) -> types.Presence:
    return types.Presence(
        ref=f"presence:{row.pk}", person=f"user:{row.person_id}", point=f"point:{row.point_id}",
        phone_at=row.phone_at // 1000, at=row.at // 1000, arrival=row.kind == PresenceKind.IN,
        latitude=row.latitude, longitude=row.longitude, accuracy=row.accuracy,
        distance=row.distance, fence=None if row.fence is None else float(row.fence),
        approved=APPROVED.get(Approval(row.approval)), point_name=row.point.name)


def check_ins_kept(record: Record, span: Span) -> bool:
    """Whether the unit keeps check-ins at all. One query."""
    return Presence.objects.filter(
        organisation=record.organisation_id, phone_at__gte=(span[0] - USED) * 1000,
        phone_at__lte=(span[1] + STAY) * 1000).exists()


def others_about(record: Record, span: Span) -> list[Record]:
    """Standing records of the unit about a span that are at this point or by this author, without
    those of the desk. One query."""
    return list(about(record, span).select_related("point__place").defer("outcome", "risks"))


def about(record: Record, span: Span) -> QuerySet[Record]:
    """Those records, to be read or counted."""
    return Record.objects.filter(
        Q(point=record.point_id) | Q(author=record.author_id, author__isnull=False),
        organisation=record.organisation_id, state__in=STANDING, paper="",
        day__gte=day_of(span[0]) - timedelta(days=2), day__lte=day_of(span[1]) + timedelta(days=2),
        finished_at__gte=(span[0] - STAY) * 1000, begun_at__lte=(span[1] + STAY) * 1000,
    ).exclude(form__startswith=DESK)


def use_of(row: Record) -> Use:
    """A record as a use of something; its times where they can be."""
    begun, ended = row.begun_at, row.finished_at
    sound = begun is not None and ended is not None and 0 <= ended - begun <= WORK_LONGEST
    place = getattr(row.point, "place", None)
    return Use(
        ref=f"record:{row.pk}", point=f"point:{row.point_id}",
        start=begun // 1000 if sound and begun is not None else None,
        end=ended // 1000 if sound and ended is not None else None,
        latitude=place.latitude if place else None, longitude=place.longitude if place else None,
        point_name=row.point.name, title=row.title)


def photos_of(records: Sequence[Record]) -> list[types.Photo]:
    """The photos of a visit's records, each with the other standing records that show the same
    bytes. Two queries."""
    keys = [one.pk for one in records]
    rows = list(RecordFile.objects.filter(
        record__in=keys, attachment__kind=MediaKind.PHOTO).select_related("attachment"))
    used: dict[int, dict[int, Use]] = {}
    if rows:
        again = RecordFile.objects.filter(
            attachment__in={row.attachment_id for row in rows}, record__state__in=STANDING,
            record__organisation=records[0].organisation_id,
        ).exclude(record__in=keys).select_related("record__point__place")
        for row in again:
            used.setdefault(row.attachment_id, {})[row.record_id] = use_of(row.record)
    place = getattr(records[0].point, "place", None)
    found = {}
    for row in rows:
        file, apart = row.attachment, None
        if place is not None and None not in (
                file.latitude, file.longitude, place.latitude, place.longitude):
            apart = distance(file.latitude, file.longitude, place.latitude, place.longitude)
        found[file.pk] = types.Photo(
            ref=f"photo:{file.pk}", digest=file.sha256,
            taken_at=None if file.taken_at is None else file.taken_at // 1000,
            kept_at=file.at // 1000, latitude=file.latitude, longitude=file.longitude,
            accuracy=file.accuracy, distance=apart,
            fence=float(place.fence) if place is not None else None,
            used=tuple(used.get(file.pk, {}).values()), record=f"record:{row.record_id}")
    return list(found.values())


def bottles_of(record: Record, works: Sequence[Work]) -> dict[str, list[Bottle]]:
    """The bottles by work: those that a record of changing brought; of a calibration or check the
    last ones that were brought to the point with its gas' concentration. Two queries where records
    have gas at all, else none."""
    own = {f"record:{record.pk}"} | {one.ref for one in works}
    wanted = [one for one in works if gases_of(one)]
    changed = [one for one in works if one.form in BOTTLES]
    if not wanted and not changed:
        return {}
    rows = list(_changes(record).filter(point=record.point_id, day__lte=record.day).order_by(
        "day", "finished_at", "id"))
    found: dict[str, list[Bottle]] = {}
    for one in changed:
        found[one.ref] = [bottle for row in rows if f"record:{row.pk}" == one.ref
                          for bottle in bottles_in(row)]
    for one in wanted:
        found[one.ref] = _in_use(one, rows)
    serials = {bottle.serial for every in found.values() for bottle in every if bottle.serial}
    uses = _uses(record, serials, own) if serials else {}
    return {ref: [replace(one, uses=tuple(uses.get(one.serial, ()))) for one in every]
            for ref, every in found.items()}


def _changes(record: Record) -> QuerySet[Record]:
    return Record.objects.filter(
        organisation=record.organisation_id, form__in=BOTTLES, state__in=STANDING,
        day__gte=record.day - BOTTLES_BACK).select_related("point__place")


def _in_use(work: Work, rows: Iterable[Record]) -> list[Bottle]:
    """Of each gas of a work the bottle that was brought last with such a concentration and is
    therefore the one in use."""
    held: dict[int, Bottle] = {}
    for row in rows:
        if work.day is not None and row.day > work.day:
            continue
        for bottle in bottles_in(row):
            for place, gas in enumerate(gases_of(work)):
                if _same_gas(bottle, *gas):
                    held[place] = bottle
    return list({(one.serial, one.concentration): one for one in held.values()}.values())


def _same_gas(bottle: Bottle, value: float, unit: str, code: str) -> bool:
    share = factor_between(code, bottle.unit, unit)
    if bottle.concentration is None or share is None or names_another(bottle.name, code):
        return False
    return abs(bottle.concentration * share - value) <= NEAR_GAS * abs(value)


def names_another(name: str, code: str) -> bool:
    """Whether a bottle's name speaks of another substance than a factor's.

    >>> names_another("二氧化硫标准气体", "a21026"), names_another("NO标准气体", "a21026")
    (False, True)
    >>> names_another("标准气体", "a21026"), names_another("SO2/NO 混合标气", "a21002")
    (False, False)
    """
    said = {substance for word, substance in WORDS if word in name.upper()}
    own = {"a21002": {"NO", "NO2"}}.get(code, {OWN.get(code, "")})
    return bool(said) and not said & own


def _uses(record: Record, serials: set[str], own: set[str]) -> dict[str, list[Use]]:
    """Other records of changing that name the same serials."""
    found: dict[str, list[Use]] = {}
    for row in _changes(record):
        if f"record:{row.pk}" in own:
            continue
        for bottle in bottles_in(row):
            if bottle.serial in serials:
                found.setdefault(bottle.serial, []).append(use_of(row))
    return found
