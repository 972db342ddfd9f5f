"""What ties a logger to its points and to what its discharger agreed to."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets import actions, queries
from qingyuan.areas.assets.forms import ConsentForm, EndLinkForm, LinkForm, refuse
from qingyuan.areas.assets.models import CommandConsent, LoggerAssignment
from qingyuan.areas.organisations.access import page
from qingyuan.hj212 import commands as protocol

from .stations import station_or_404


@page("edit_stations")
def add_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Link the logger to a point from one instant to another."""
    scope = request.scope
    logger = station_or_404(scope, pk)
    systems = {code: found.name for code, found in protocol.SYSTEMS.items() if code != "91"}
    form = LinkForm(queries.points_of(scope).order_by("organisation__name", "name"), systems,
                    request.POST or None, initial={"since": timezone.now()})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            actions.link_logger(scope, logger, typed["point"], st=typed["st"] or None,
                                since=typed["since"], until=typed["until"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已关联到点位 %s。") % typed["point"].name)
            return redirect("assets:station", pk=pk)
    return render(request, "assets/link_form.html", {"form": form, "logger": logger},
                  status=422 if form.errors else 200)


@page("edit_stations")
def end_link(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """End all links of one point and period at an instant."""
    scope = request.scope
    logger = station_or_404(scope, pk)
    first = next((held for held in logger.links if held.pk == link), None)
    if first is None:
        raise Http404
    same = [held for held in logger.links if (held.point_id, held.since, held.until)
            == (first.point_id, first.since, first.until)]
    form = EndLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_link(scope, same, form.cleaned_data["until"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("与点位 %s 的关联已结束。") % first.point.name)
            return redirect("assets:station", pk=pk)
    return render(request, "assets/end_link.html",
                  {"form": form, "logger": logger, "link": first, "links": same},
                  status=422 if form.errors else 200)


@page("see_stations")
def add_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the discharger's written consent; the action checks who may."""
    scope = request.scope
    logger = station_or_404(scope, pk)
    form = ConsentForm(control_commands(logger.edition), request.POST or None,
                       initial={"since": queries.today(), "cn": request.GET.get("cn", "")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_consent(scope, logger, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("同意书已记录，此后可发送该命令。"))
            return redirect("assets:station", pk=pk)
    return render(request, "assets/consent_form.html", {"form": form, "logger": logger},
                  status=422 if form.errors else 200)


@require_POST
@page("see_stations")
def withdraw_consent(request: HttpRequest, pk: int, consent: int) -> HttpResponse:
    """End a consent at once."""
    scope = request.scope
    logger = station_or_404(scope, pk)
    held = queries.consents(scope, logger).filter(pk=consent).first()
    if held is None:
        raise Http404
    try:
        actions.withdraw_consent(scope, held)
    except (CommandConsent.DoesNotExist, LoggerAssignment.DoesNotExist) as error:
        raise Http404 from error
    messages.success(request, _("同意已撤回，该命令不再发送。"))
    return redirect("assets:station", pk=pk)


def control_commands(edition: str) -> dict[str, str]:
    """Requests and notices that the office may send in an edition: number and name."""
    return {
        command.cn: command.name for command in protocol.of_edition(edition)
        if command.direction in ("down", "both") and command.kind in ("request", "notice")
    }
