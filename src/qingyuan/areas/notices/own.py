"""Writes on what a person wants to hear, how and when."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import channels, kinds
from .models import Preference, QuietHours

MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants to hear of a kind: values of ``channels.OWN``, and whether once a day."""

    ways: tuple[str, ...]
    digest: bool = False


def wishes(scope: Scope) -> dict[str, Wish]:
    """By kind: what the person has said, else what is usual."""
    said = {row.kind: Wish(tuple(row.channels), row.digest) for row in Preference.objects.filter(
        person=scope.user, organisation=scope.organisation)}
    return {kind: said.get(kind, Wish(known.channels)) for kind, known in kinds.KINDS.items()}


@transaction.atomic
def set_wishes(scope: Scope, wanted: Mapping[str, Wish]) -> int:
    """Store what differs from before; how many kinds did."""
    require(scope, "see_notices")
    before, changed = wishes(scope), {}
    for kind, wish in wanted.items():
        if kind not in kinds.KINDS or set(wish.ways) - {way.value for way in channels.OWN}:
            raise ValidationError({"kind": _("没有这样的通知种类或方式")})
        if before[kind] != wish:
            row, _made = Preference.objects.update_or_create(
                person=scope.user, organisation=scope.organisation, kind=kind,
                defaults={"channels": list(wish.ways), "digest": wish.digest})
            changed[kind] = row
    for kind, row in changed.items():
        old, new = before[kind], wanted[kind]
        audit(scope, "set_preference", row,
              {"ways": list(old.ways), "daily": old.digest},
              {"notice_kind": kind, "ways": list(new.ways), "daily": new.digest})
    return len(changed)


@transaction.atomic
def set_quiet(scope: Scope, since: int | None, until: int | None, digest_at: int) -> QuietHours:
    """Quiet hours (minutes after midnight in China; both or none) and the time of the digest."""
    require(scope, "see_notices")
    if (since is None) != (until is None):
        raise ValidationError({"since" if since is None else "until": _("起止时间须同时填写")})
    for minute in (since, until, digest_at):
        if minute is not None and not 0 <= minute < MINUTES:
            raise ValidationError(_("时间须在 00:00 至 23:59 之间"))
    row = QuietHours.objects.filter(person=scope.user).first() or QuietHours(person=scope.user)
    after = {"since": since, "until": until, "digest_at": digest_at}
    before = {name: getattr(row, name) for name in after}
    if row.pk and before == after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    audit(scope, "set_quiet_hours", row, _clocks(before), _clocks(after))
    return row


def _clocks(minutes: Mapping[str, int | None]) -> dict[str, str]:
    words = {"since": "quiet_since", "until": "quiet_until", "digest_at": "digest_time"}
    return {words[name]: clock(value) for name, value in minutes.items()}


def clock(minute: int | None) -> str:
    """A minute of the day as people write it.

    >>> clock(1320), clock(None)
    ('22:00', '')
    """
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
