"""Writes of the telemetry area: one function a verb; role, transaction, audit line."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import DataLogger
from qingyuan.areas.assets.queries import consent_for, loggers_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.spool.commands import CommandBox

from .factors import add_factor
from .importing.action import ImportReport, import_readings
from .intake.replay import replay
from .models import Quarantine, QuarantineState
from .queries import quarantine_row
from .secrets import hidden

__all__ = [
    "ImportReport", "Outcome", "add_factor", "dismiss_quarantine", "import_readings",
    "replay_quarantine", "send_command",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay did: frames read again, readings stored, frames that fail as before."""

    frames: int
    readings: int
    failing: int

    def __str__(self) -> str:
        return _("重读 %(frames)d 帧，入库 %(readings)d 组数据，仍有 %(failing)d 帧未能处理") % {
            "frames": self.frames, "readings": self.readings, "failing": self.failing,
        }


def replay_quarantine(scope: Scope, row: Quarantine) -> Outcome:
    """Read the frames of a reason again, after the registry or the factor table was mended.

    Frames stored before are stored again as they are, so it may be run any number of times.
    """
    require(scope, "replay_quarantine")
    held = quarantine_row(scope, row.pk)
    done = replay(settings.PLACES.spool, held)
    with transaction.atomic():
        held = Quarantine.objects.select_for_update().get(pk=held.pk)
        before = held.state
        if not done.failing:
            held.state = QuarantineState.REPLAYED
            held.save(update_fields=["state"])
        audit(scope, "replay_quarantine", held, {"state": before}, {
            "state": held.state, "frames": done.frames, "readings": done.readings,
            "failing": done.failing,
        })
    return Outcome(done.frames, done.readings, done.failing)


@transaction.atomic
def dismiss_quarantine(scope: Scope, row: Quarantine, *, note: str = "") -> Quarantine:
    """Set a reason aside. The frames stay in the spool; later ones are counted, not announced."""
    require(scope, "replay_quarantine")
    held = Quarantine.objects.select_for_update().get(pk=quarantine_row(scope, row.pk).pk)
    before = {"state": held.state, "note": held.note}
    held.state, held.note = QuarantineState.DISMISSED, note[:200]
    held.save(update_fields=["state", "note"])
    audit(scope, "dismiss_quarantine", held, before, {"state": held.state, "note": held.note})
    return held


def send_command(
    scope: Scope, logger: DataLogger, cn: str, fields: Sequence[tuple[str, str]], *,
    reason: str, st: str = "",
) -> int:
    """Queue a command for a visible logger; the command's id.

    Needs the discharger's consent valid today (PermissionDenied) and a reason (ValidationError).
    The audit line is committed first: a command that left without one cannot exist, a line whose
    command was never queued says that somebody tried.
    """
    require(scope, "send_command")
    held = loggers_of(scope).get(pk=logger.pk)
    if not reason.strip():
        raise ValidationError({"reason": _("请填写下发命令的原因")})
    consent = consent_for(scope, held, cn)
    if consent is None:
        raise PermissionDenied(f"no consent of the discharger covers CN {cn} for {held.mn} today")
    with transaction.atomic():
        audit(scope, "send_command", held, None, {
            "cn": cn, "fields": _without_secrets(fields), "reason": reason,
            "consent": consent.pk, "document": consent.document,
        })
    with CommandBox(settings.PLACES.commands) as box:
        return box.enqueue(
            held.mn, cn, list(fields), st=st or _st(held), reason=reason.strip(), by=scope.who,
            now_ms=int(time.time() * 1000),
        )


def _st(logger: DataLogger) -> str:
    """The system code of the logger's newest link; requests name the data they ask for."""
    link = logger.assignments.filter(until=None).order_by("-since", "id").first()
    return link.st if link else "31"


def _without_secrets(fields: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[name, "(secret)" if hidden(name, value) != value else value]
            for name, value in fields]
