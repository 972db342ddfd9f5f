"""The end of every page: who did what to this thing, when, from where, in words.

The words are the areas' own: each brings those of its acts in its ``history_words.py``, which is
loaded when the product starts.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from qingyuan.kernel.clock import CST

from .models import AuditLine, Role
from .scope import Scope, may

VERBS: dict[str, str] = {}
NAMES: dict[str, dict[str, str]] = {}  # by area
VALUES: dict[str, dict[tuple[str, str], str]] = {}  # by area, then by name and code
READERS: dict[str, dict[str, Callable[[str], str]]] = {}  # by area, then by name
INSTANTS: dict[str, frozenset[str]] = {}  # by area: names of what is in epoch seconds
EVERYBODY = "organisations"  # the area whose names and values go for all
MILLISECONDS = 10**11  # an instant beyond it cannot be in seconds
_ON_THE_MINUTE = re.compile(r"([01]\d|2[0-3]):[0-5]\d:00")
ALWAYS = 2000  # a link since this year or before takes in all there is


@dataclass(frozen=True, slots=True)
class Entry:
    """One line for people; ``at`` in epoch milliseconds, ``changes`` are (name, before, after)."""

    at: int
    who: str
    role: str
    verb: str
    address: str
    changes: list[tuple[str, str, str]]


def bring(
    area: str, *, verbs: Mapping[str, str], names: Mapping[str, str] | None = None,
    values: Mapping[tuple[str, str], str] | None = None,
    readers: Mapping[str, Callable[[str], str]] | None = None, instants: Collection[str] = (),
) -> None:
    """An area's words: for its verbs; for the names of what changed, where the column has no word
    of its own; for values by name and code; by name what reads a code that is told ("" for one
    that it does not know); and which names are instants in epoch seconds.

    Raises:
        ValueError: another area has such a verb.

    """
    double = VERBS.keys() & verbs.keys()
    if double:
        raise ValueError(f"two areas have words for {', '.join(sorted(double))}")
    VERBS.update(verbs)
    NAMES[area], VALUES[area] = dict(names or {}), dict(values or {})
    READERS[area], INSTANTS[area] = dict(readers or {}), frozenset(instants)


def reference(text: str) -> str:
    """What a reference between areas (``record:3``) means in words, "" for any other text. Its
    kind is a value of the area whose things it names."""
    kind, _colon, key = text.partition(":")
    word = next((own["reference", kind] for own in VALUES.values() if ("reference", kind) in own),
                None)
    return f"{word} {key}" if word and key else ""


def history(scope: Scope, thing: models.Model, limit: int = 30) -> list[Entry]:
    """The last acts on a thing the caller may see, newest first; none without ``see_audit``."""
    return histories(scope, [thing], limit)


def histories(scope: Scope, things: Sequence[models.Model], limit: int = 30) -> list[Entry]:
    """Like ``history``, for several things of one kind on one page."""
    if not things or not may(scope, "see_audit"):
        return []
    lines = AuditLine.objects.filter(
        kind=things[0]._meta.label_lower, object_id__in=[str(thing.pk) for thing in things]
    ).order_by("-id")[:limit]
    return [_entry(line) for line in lines]


def _entry(line: AuditLine) -> Entry:
    before, after = line.before or {}, line.after or {}
    model = apps.get_model(line.kind)
    role = str(Role(line.role).label) if line.role in Role.values else line.role
    return Entry(
        line.at,
        line.who,
        role,
        str(VERBS.get(line.verb, line.verb)),
        line.address,
        [
            (label(model, name), told(model, name, before.get(name)), told(model, name, value))
            for name, value in after.items()
        ],
    )


def label(model: type[models.Model], name: str) -> str:
    """What people call a thing's ``name`` in a line: by its area, by all, by its column, by any."""
    known = _known(NAMES, model, name) or _column(model, name)
    return str(known or next((own[name] for own in NAMES.values() if name in own), name))


def _column(model: type[models.Model], name: str) -> str:
    """The word that a column was given, "" for one that only has its name."""
    try:
        word = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return ""
    return "" if word == name.replace("_", " ") else word


def _known(
    words: Mapping[str, Mapping[Any, str]], model: type[models.Model], key: Any
) -> str | None:
    own, all_of_us = words.get(model._meta.app_label, {}), words.get(EVERYBODY, {})
    return own.get(key, all_of_us.get(key))


def told(model: type[models.Model], name: str, value: Any) -> str:
    """What people read of a value; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(told(model, name, item) for item in value)
    if value == "(secret)":
        return "••••••"
    if isinstance(value, int) and name in INSTANTS.get(model._meta.app_label, ()):
        return datetime.fromtimestamp(value, CST).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int) and value > MILLISECONDS and name.endswith(("_at", "_due")):
        return datetime.fromtimestamp(value / 1000, CST).strftime("%Y-%m-%d %H:%M")
    known = _choice(model, name, value) or _value(model, name, str(value))
    return str(known or _moment(str(value)) or value)


def _value(model: type[models.Model], name: str, code: str) -> str | None:
    """The word of a code that no column has, by the thing's area, by all, by any."""
    reader = READERS.get(model._meta.app_label, {}).get(name)
    known = (reader and reader(code)) or _known(VALUES, model, (name, code))
    return known or next((own[name, code] for own in VALUES.values() if (name, code) in own), None)


def _choice(model: type[models.Model], name: str, value: Any) -> object:
    """The word of a column's choice, None for any other."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    choices = getattr(field, "flatchoices", None)
    return dict(choices).get(value) if choices and isinstance(value, str) else None


def _moment(text: str) -> str:
    """An instant with its zone in China time, a time of day to the minute, "" for another text."""
    if _ON_THE_MINUTE.fullmatch(text):
        return text[:5]
    try:
        when = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return ""
    if when is None or when.tzinfo is None:
        return ""
    when = when.astimezone(CST)
    return _("最早数据") if when.year <= ALWAYS else when.strftime("%Y-%m-%d %H:%M")
