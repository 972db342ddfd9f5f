"""A record as it is read: its answers, its files with place and time, what it brought about, and
what its versions changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qingyuan.areas.files.models import MediaKind
from qingyuan.areas.maintenance.models import WorkOrder
from qingyuan.areas.maintenance.orders.queries import orders_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.models import Event, Factor
from qingyuan.forms import Form

from ..models import Record, Review
from ..review import answers as reading
from ..review.answers import Said
from ..words import FORM_KINDS, TECHNIQUES
from . import digest, photos, queries
from .definitions import Engine, NoForm, engine_of, form_of
from .events import reference


@dataclass(frozen=True, slots=True)
class Step:
    """One version and what it changed against the one before: (label, before, after)."""

    record: Record
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or file: where it stands, what was said of it when it was taken. Signatures are shown
    at their own line instead: no camera took them."""

    label: str
    said: dict[str, Any]
    sha256: str
    is_picture: bool


def told(scope: Scope, record: Record, own: bool) -> dict[str, Any]:
    """Everything that a record's page says of it. Some ten queries."""
    engine = _engine(record)
    pieces = reading.pieces(
        engine.form, engine.setting, record.answers) if engine is not None else []
    refs = [reference(record)]
    orders: list[WorkOrder] = list(orders_of(scope).filter(source_ref__in=refs))
    return {
        "engine": engine, "pieces": pieces, "pictures": pictures(record, pieces),
        "kind": FORM_KINDS.get(record.kind, record.kind),
        "technique": TECHNIQUES.get(str(record.setting.get("technique", "")), ""),
        "events": _events(record),
        "orders": orders,
        "reviews": list(Review.objects.filter(record=record)) if own else [],
        "sound": digest.sound(record) if record.digest else None,
        "previous": queries.previous_of(record) if own else None,
        "left_out": [(path, one) for path, one in photos.placed(record.answers)
                     if "left_out" in one],
    }


def _events(record: Record) -> list[tuple[Event, str]]:
    """The events that the record brought, each with its factor's name. Two queries."""
    found = [row.event for row in record.events.select_related("event")]
    codes = {one.factor for one in found if one.factor}
    names = dict(Factor.objects.filter(code__in=codes).values_list("code", "name"))
    return [(one, names.get(one.factor, one.factor)) for one in found]


def pictures(record: Record, pieces: Sequence[reading.Piece]) -> list[Picture]:
    """The photos and files that the answers name, in the form's order. One query."""
    held = photos.attachments(record.organisation, record.answers)
    labels = {one.path: f"{piece.title} {one.label}" for piece in pieces for one in piece.every}
    found = []
    for path, one in photos.placed(record.answers):
        row = held.get(one.get("sha256", ""))
        if row is not None and row.kind != MediaKind.SIGNATURE:
            label = labels.get(path) or labels.get(path.removesuffix(".photos"), "")
            said = {"at": row.taken_at, "lat": row.latitude, "lon": row.longitude,
                    "accuracy": row.accuracy, "name": one.get("name") or row.name, "kept": row.at}
            found.append(Picture(label, said, row.sha256, row.media_type.startswith("image/")))
    return found


def steps(versions: Sequence[Record]) -> list[Step]:
    """The versions, newest first, each with what it changed field by field."""
    found = []
    for place, one in enumerate(versions):
        before = versions[place + 1] if place + 1 < len(versions) else None
        found.append(Step(one, () if before is None else differences(before, one)))
    return found


def differences(old: Record, new: Record) -> tuple[tuple[str, str, str], ...]:
    """(label, before, after) of every answer that differs, in the new version's order."""
    form = _form(new)
    if form is None:
        return ()
    setting = reading.setting_of(new.setting)
    before, after = _texts(form, setting, old), _texts(form, setting, new)
    return tuple(
        (label, before.get(path, ("", ""))[1], after.get(path, ("", ""))[1])
        for path, (label, _text) in {**before, **after}.items()
        if before.get(path, ("", ""))[1] != after.get(path, ("", ""))[1])


def _texts(form: Form, setting: Any, record: Record) -> dict[str, tuple[str, str]]:
    return {one.path: (f"{piece.title} · {one.label}", _text(one))
            for piece in reading.pieces(form, setting, record.answers) for one in piece.every}


def _text(one: Said) -> str:
    if one.field.type in ("photo", "file"):
        return "、".join(str(file.get("name") or file.get("sha256", ""))[:24]
                        for file in one.value if isinstance(file, dict))
    text = f"{one.text}{one.unit}" if one.text else ""
    return f"{text} {one.note}".strip()


def _engine(record: Record) -> Engine | None:
    try:
        return engine_of(record)
    except NoForm:
        return None


def _form(record: Record) -> Form | None:
    try:
        return form_of(record)
    except NoForm:
        return None
