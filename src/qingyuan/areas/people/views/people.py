"""The people of the unit, one of them, and all certificates by their end."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import PointKeeper
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may, require
from qingyuan.areas.people import actions, forms, queries
from qingyuan.areas.people.models import Certificate, CertificateKind, Post, Staff
from qingyuan.ui import sheets

PAGE = 50
LOAD = 8
"""Points a person may look after (4.3.5.3), for the colour of the figure; the check is C09's."""


def _rows(scope: Scope, params: Any) -> list[Any]:
    """Everybody with how they stand, by the filters of the address but the tab."""
    rows = queries.staff_of(scope).prefetch_related("certificates")
    text = params.get("q", "").replace("\x00", "").strip()[:64]
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number__icontains=text))
    day, kept = today(), queries.points_kept(scope.organisation)
    post = params.get("post", "")
    found = []
    for row in rows:
        if post and post not in row.posts:
            continue
        row.stands = queries.certified(row, day)
        row.points = kept.get(row.user_id or 0, 0)
        row.over = row.points > LOAD
        row.kinds = [one for one in row.certificates.all() if one.issued <= day and (
            one.expires is None or one.expires >= day) and (
            one.withdrawn is None or one.withdrawn > day)]
        found.append(row)
    return found


@page("see_people")
def people(request: HttpRequest) -> HttpResponse:
    """Who works here, by how their certificates stand."""
    scope, params = request.scope, request.GET
    form = forms.StaffForm(scope, request.POST or None) if may(scope, "edit_people") else None
    if request.method == "POST":
        require(scope, "edit_people")
        if form is not None and form.is_valid():
            try:
                made = actions.save_staff(scope, **form.cleaned_data)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已登记。"))
                return redirect("people:person", pk=made.pk)
    every = _rows(scope, params)
    state = params.get("state", "")
    counts = {code: sum(one.stands == code for one in every) for code in queries.STATES}
    shown = [one for one in every if (one.stands == state if state in queries.STATES
                                      else one.stands != "left")]
    return render(request, "people/people.html", {
        "page": Paginator(shown, PAGE).get_page(params.get("page")), "state": state,
        "tabs": [(code, counts[code]) for code in queries.STATES],
        "whole": len(every) - counts["left"], "posts": Post.choices, "post": params.get("post", ""),
        "text": params.get("q", ""), "form": form, "query": params.urlencode(),
        "filtered": bool(params.get("q") or params.get("post")),
    }, status=422 if form is not None and form.errors else 200)


@page("see_people")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list with certificates, as it is filtered."""
    if form not in sheets.FORMS:
        raise Http404
    heads = [_("工号"), _("姓名"), _("岗位"), _("办事处"), _("入职"), _("离职"), _("持证情况"),
             _("有效证书"), _("维护点位数")]
    words = {"valid": _("有效"), "expiring": _("即将到期"), "expired": _("已过期"),
             "newcomer": _("新入职"), "none": _("无证"), "left": _("已离职")}
    return sheets.answer(form, _("人员"), heads, (
        [one.number, one.name, "、".join(one.post_words), str(one.office or ""), f"{one.hired}",
         f"{one.left or ''}", words[one.stands], "；".join(str(held) for held in one.kinds),
         one.points] for one in _rows(request.scope, request.GET)), file="people",
        widths=(10, 12, 24, 16, 12, 12, 12, 40, 12))


@page("see_people")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: certificates, points, leave, training."""
    scope = request.scope
    try:
        row = queries.staff_of(scope).prefetch_related("certificates", "leaves").get(pk=pk)
    except Staff.DoesNotExist:
        raise Http404 from None
    writes = _forms(request, scope, row) if may(scope, "edit_people") else {}
    if request.method == "POST":
        require(scope, "edit_people")
        done = _act(request, scope, row, writes)
        if done is not None:
            return done
    day = today()
    keeps = PointKeeper.objects.filter(
        organisation=scope.organisation, person=row.user_id).select_related(
            "point__organisation").order_by("-since") if row.user_id else []
    return render(request, "people/person.html", {
        "row": row, "stands": queries.certified(row, day), "day": day,
        "certificates": [(one, _state(one, day)) for one in row.certificates.all()],
        "keeps": keeps, "leaves": row.leaves.all(), "load": LOAD,
        "trainings": row.attendances.select_related("session").order_by("-session__day"),
        "verbs": [(code, label, form) for code, (label, form) in writes.items()],
        "history": history(scope, row),
    }, status=422 if any(form.errors for _label, form in writes.values()) else 200)


def _forms(request: HttpRequest, scope: Scope, row: Staff) -> dict[str, tuple[str, Any]]:
    data: Any = (request.POST, request.FILES)
    verb = request.POST.get("verb", "")

    def bound(code: str, make: Any) -> Any:
        return make(*data) if verb == code else make()

    start = {name: getattr(row, name) for name in (
        "number", "name", "posts", "hired", "office", "user", "phone", "contract_until", "note")}
    return {
        "edit": (_("修改资料"), forms.StaffForm(scope, request.POST)
                 if verb == "edit" else forms.StaffForm(scope, initial=start)),
        "certificate": (_("登记证书"), bound("certificate", forms.CertificateForm)),
        "withdraw": (_("证书失效"), bound("withdraw", lambda *args: forms.WithdrawForm(
            row.certificates.filter(withdrawn=None), *args))),
        "away": (_("登记请假"), bound("away", forms.AwayForm)),
        "leave": (_("离职"), forms.LeaveServiceForm(request.POST) if verb == "leave"
                  else forms.LeaveServiceForm(initial={"left": row.left})),
    }


def _act(request: HttpRequest, scope: Scope, row: Staff,
         writes: dict[str, tuple[str, Any]]) -> HttpResponse | None:
    verb = request.POST.get("verb", "")
    if verb not in writes:
        raise Http404
    label, form = writes[verb]
    if not form.is_valid():
        return None
    said = dict(form.cleaned_data)
    try:
        if verb == "edit":
            actions.save_staff(scope, row, **said)
        elif verb == "certificate":
            upload = said.pop("scan")
            scan = keep(scope, upload, kind="scan", name=upload.name).sha256 if upload else ""
            actions.add_certificate(scope, row, scan=scan, **said)
        elif verb == "withdraw":
            actions.withdraw_certificate(scope, said["certificate"], said["on"], said["reason"])
        elif verb == "away":
            actions.record_leave(scope, row, **said)
        else:
            actions.leave_service(scope, row, said["left"])
    except ValidationError as error:
        refuse(form, error)
        return None
    messages.success(request, _("已保存：%s。") % label)
    return redirect("people:person", pk=row.pk)


def _state(one: Certificate, day: Any) -> str:
    if one.withdrawn is not None and one.withdrawn <= day:
        return "withdrawn"
    if one.expires is not None and one.expires < day:
        return "expired"
    soon = one.expires is not None and (one.expires - day).days <= queries.SOON
    return "expiring" if soon else "valid"


@page("see_people")
def certificates(request: HttpRequest) -> HttpResponse:
    """Certificates of people in service, the first to end first."""
    scope, day = request.scope, today()
    rows = Certificate.objects.filter(
        staff__in=queries.in_service(scope.organisation, day), withdrawn=None,
        staff__organisation=scope.organisation).select_related("staff").order_by("expires", "pk")
    kind = request.GET.get("kind", "")
    if kind in CertificateKind.values:
        rows = rows.filter(kind=kind)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/certificates.html", {
        "page": shown, "rows": [(one, _state(one, day)) for one in shown.object_list],
        "kind": kind, "kinds": CertificateKind.choices})


@page("see_people")
def scan(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """The scan of one of a person's certificates."""
    scope = request.scope
    held = Certificate.objects.filter(
        staff__in=queries.staff_of(scope), staff=pk, scan=sha256).exists()
    file = attachments_of(scope).filter(sha256=sha256).first() if held else None
    if file is None:
        raise Http404
    return served(file, request=request)
