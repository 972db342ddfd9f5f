"""Commands to a station: what may be asked, in whose name, and what came back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import DataLogger
from qingyuan.areas.assets.queries import consents, in_force, stations, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.telemetry import actions, queries
from qingyuan.areas.telemetry.command_form import CommandForm, Offer, offers
from qingyuan.areas.telemetry.secrets import hidden, without_secrets
from qingyuan.hj212 import commands as protocol
from qingyuan.spool import CommandError
from qingyuan.spool.commands import Command

from . import reading
from .command_words import described

PAGE = 50
MOST = 500


@page("see_stations")
def command_list(request: HttpRequest) -> HttpResponse:
    """Commands to all visible stations, or to one, newest first."""
    scope = request.scope
    mn = request.GET.get("mn", "").strip()
    logger = stations(scope).filter(mn=mn).first() if mn else None
    found = [] if mn and logger is None else queries.commands(scope, logger, limit=MOST)
    state = request.GET.get("state", "")
    tabs = [
        {"code": code, "count": sum(c.state == code for c in found)}
        for code in (
            "waiting",
            "sent",
            "accepted",
            "done",
            "failed",
            "refused",
            "timeout",
            "expired",
        )
    ]
    picked = [c for c in found if not state or c.state == state]
    shown = Paginator(picked, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "telemetry/commands.html",
        {
            "page": shown,
            "commands": described(scope, list(shown.object_list)),
            "mn": mn,
            "total": len(found),
            "tabs": [t for t in tabs if t["count"] or t["code"] == state],
            "chosen": state,
            "can_send": may(scope, "send_command"),
            "filtered": bool(mn or state),
        },
    )


@page("see_stations")
def command(request: HttpRequest, pk: int) -> HttpResponse:
    """One command and every step of it; polls itself until it has ended."""
    scope = request.scope
    try:
        found = queries.command(scope, pk)
    except (DataLogger.DoesNotExist, CommandError) as error:
        raise Http404 from error
    station = stations(scope).filter(mn=found.mn).first()
    secrets = may(scope, "see_secrets")
    context = {
        **described(scope, [found])[0],
        "steps": [_step(step, secrets) for step in found.steps],
        "fields": _sent_fields(found, station, secrets),
        "ended": not _open(found),
    }
    part = request.headers.get("HX-Request") == "true"
    template = "telemetry/command_live.html" if part else "telemetry/command.html"
    return render(request, template, context)


def _open(found: Command) -> bool:
    return found.state in ("waiting", "sent", "accepted")


def _sent_fields(
    found: Command, station: DataLogger | None, secrets: bool
) -> list[dict[str, str]]:
    table = protocol.FIELDS[station.edition if station else "2017"]
    pairs = [(name, hidden(name, text, secrets)) for name, text in found.cp]
    return [
        {
            "key": name,
            "label": table[name].label if name in table else name,
            "text": text,
            "meaning": reading.field_meaning(name, text, table.get(name)),
        }
        for name, text in pairs
    ]


# What the mailbox itself notes; the gateway's notes are written for people already.
NOTES = {
    "claimed by the gateway": "网关已取走，准备发送",
    "not sent in time": "有效期内现场机未上线，没有发送",
}


def _step(step: Any, secrets: bool) -> dict[str, Any]:
    """A trace line; an answer packet is read into its fields."""
    line: dict[str, Any] = {
        "step": step,
        "fields": [],
        "text": "",
        "cn": "",
        "note": "" if step.state == "waiting" else NOTES.get(step.note, step.note),
    }
    if step.answer:
        raw = bytes.fromhex(step.answer)
        event = reading.read(raw, None)
        packet = getattr(event, "packet", None)
        line["text"] = reading.as_text(without_secrets(raw))
        if packet is not None:
            line["cn"] = f"{packet.cn} {reading.command_name(packet)}"
            line["fields"] = reading.fields(packet, secrets)
    return line


@page("send_command")
def new(request: HttpRequest) -> HttpResponse:
    """Choose a station, then a command it has consented to, then its fields and the reason."""
    scope = request.scope
    mn = request.POST.get("mn") or request.GET.get("mn", "")
    station = stations(scope).filter(mn=mn.strip()).first() if mn else None
    if station is None:
        listed = stations(scope).filter(active=True).order_by("mn")
        return render(
            request,
            "telemetry/command_station.html",
            {
                "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
                "mn": mn,
            },
        )
    allowed = _allowed(scope, station)
    offered = offers(station.edition, allowed)
    chosen = _chosen(request, offered)
    form = CommandForm(
        chosen, station.edition, request.POST if chosen and request.method == "POST" else None
    )
    if request.method == "POST" and chosen and form.is_valid():
        sent = _send(request, station, chosen, form)
        if sent is not None:
            messages.success(request, _("命令已排队，现场机在线时立即发送。"))
            return redirect("telemetry:command", pk=sent)
    return render(
        request,
        "telemetry/command_form.html",
        {
            "station": station,
            "offers": offered,
            "chosen": chosen,
            "form": form,
            "point": next((link.point for link in station.links), None),
        },
        status=422 if form.errors else 200,
    )


def _allowed(scope: Scope, station: DataLogger) -> set[str]:
    held = consents(scope, station).filter(in_force(today()), withdrawn_at=None)
    return set(held.values_list("cn", flat=True))


def _chosen(request: HttpRequest, offered: list[Offer]) -> Offer | None:
    cn = request.POST.get("cn") or request.GET.get("cn", "")
    found = next((offer for offer in offered if offer.cn == cn), None)
    return found if found and found.allowed else None


def _send(
    request: HttpRequest, station: DataLogger, chosen: Offer, form: CommandForm
) -> int | None:
    """The id of the queued command; None with the reason on the form."""
    try:
        return actions.send_command(
            request.scope, station, chosen.cn, form.pairs(), reason=form.cleaned_data["reason"]
        )
    except ValidationError as error:
        refuse(form, error)
    except PermissionDenied:
        form.add_error(None, _("该命令没有有效的同意书，不能发送。"))
    return None
