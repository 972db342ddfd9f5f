"""Pages of inspections and of what has to be put right."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files import actions as files
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time

from . import actions, drawing, lists, planning, queries, scoring
from .forms import AddForm, WordForm
from .models import Grade, How, Inspection, Rectification, RectifyState, State

PAGE = 50
TABS = ("", *State.values, "all")


@page("see_supervision")
def supervision(request: HttpRequest) -> HttpResponse:
    """Inspections by state; one outside any plan is begun here."""
    scope = request.scope
    form = AddForm(points_of(scope).filter(active=True), request.POST or None,
                   initial={"due": today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.add(scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("supervision:inspection", pk=made.pk)
    by, rows = _filtered(request)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    waiting = sum(counts.get(one, 0) for one in queries.OPEN)
    tabs = [("", waiting), *((one, counts.get(one, 0)) for one in State.values),
            ("all", sum(counts.values()))]
    shown = Paginator(_of_tab(rows, by["state"]), PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/supervision.html", {
        "page": shown, "by": by, "tabs": tabs, "hows": How.choices, "form": form,
        "query": request.GET.urlencode(), "today": today(), "may_add": may(scope, "inspect"),
        "any": any(value for name, value in by.items() if name != "state"),
        "problems": queries.rectifications_of(scope).exclude(
            state=RectifyState.PASSED).count(),
    }, status=422 if form.errors else 200)


def _filtered(request: HttpRequest) -> tuple[dict[str, str], QuerySet[Inspection]]:
    given = request.GET
    by = {"state": given.get("state", "") if given.get("state", "") in TABS else "",
          "how": given.get("how", "") if given.get("how", "") in How.values else "",
          "q": given.get("q", "").strip()[:64], "mine": given.get("mine", "")[:1],
          "month": given.get("month", "")[:7], "keeper": given.get("keeper", ""),
          "inspector": given.get("inspector", ""), "point": given.get("point", "")}
    rows = queries.inspections_of(request.scope)
    if by["how"]:
        rows = rows.filter(how=by["how"])
    if by["q"]:
        rows = rows.filter(Q(point__name__icontains=by["q"])
                           | Q(point__organisation__name__icontains=by["q"]))
    if by["mine"]:
        rows = rows.filter(Q(inspector=request.user) | Q(keeper=request.user))
    year, _dash, month = by["month"].partition("-")
    if year.isdecimal() and month.isdecimal():
        rows = rows.filter(due__year=int(year), due__month=int(month))
    for name in ("keeper", "inspector", "point"):
        if by[name].isdecimal() and len(by[name]) < 19:
            rows = rows.filter(**{f"{name}_id": int(by[name])})
    return by, rows


def _of_tab(rows: QuerySet[Inspection], tab: str) -> QuerySet[Inspection]:
    if tab == "all":
        return rows.order_by("-due", "-id")
    return rows.filter(state__in=queries.OPEN if not tab else (tab,)).order_by("due", "id")


@page("see_supervision")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The listed inspections as a sheet."""
    if form not in sheets.FORMS:
        raise Http404
    by, rows = _filtered(request)
    heads = [_("点位"), _("排污单位"), _("方式"), _("应完成"), _("督查人"), _("责任人"),
             _("状态"), _("得分"), _("是否合格"), _("提交时间")]
    lines = ([row.point.name, row.point.organisation.name, row.get_how_display(),
              row.due.isoformat(), str(row.inspector), str(row.keeper or ""),
              row.get_state_display(), row.score,
              {True: _("合格"), False: _("不合格"), None: ""}[row.passed],
              china_time(row.submitted_at) if row.submitted_at else ""]
             for row in _of_tab(rows, by["state"])[:20_000])
    return sheets.answer(form, _("督查"), heads, lines, file="supervision", widths=(24, 28))


@page("see_supervision")
def inspection_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection: filled in, answered, put right."""
    scope = request.scope
    row = _inspection(scope, pk)
    form = WordForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = _ACTS[request.POST.get("verb", "")](request, row, form)
        except KeyError:
            raise Http404 from None
        except ValidationError as error:
            refuse(form, error)
            row = _inspection(scope, pk)
            if request.POST.get("verb") in ("save", "submit") and row.state == State.DRAFT:
                row.answers = _typed(request, row, row.answers)
        else:
            messages.success(request, done)
            return redirect("supervision:inspection", pk=pk)
    return render(request, "supervision/inspection.html", _shown(request, row, form),
                  status=422 if form.errors else 200)


def _shown(request: HttpRequest, row: Inspection, form: WordForm) -> dict[str, Any]:
    scope = request.scope
    items = lists.items_of(row.template)
    groups: dict[str, list[tuple[scoring.Item, Any]]] = {}
    for item in items:
        groups.setdefault(item.group, []).append((item, row.answers.get(item.code, {})))
    mine = request.user.pk == row.inspector_id
    keeper = request.user.pk == row.keeper_id or scope.role == "manager"
    problems = list(row.rectifications.select_related("person"))
    texts = {item.code: item.text for item in items}
    for one in problems:
        one.about, one.late = texts.get(one.item, one.item), _late(one)
    return {
        "row": row, "form": form, "groups": list(groups.items()), "problems": problems,
        "why": drawing.WHYS.get(row.why, ""), "marks": _MARKS,
        "count": sum(one.get("mark") in scoring.MARKS for one in row.answers.values()),
        "total": len(items), "score_now": scoring.score(items, row.answers)[0],
        "may_begin": row.state == State.PLANNED and may(scope, "inspect"),
        "may_fill": row.state == State.DRAFT and may(scope, "inspect") and mine,
        "may_drop": row.state in (State.PLANNED, State.DRAFT) and may(scope, "plan_supervision"),
        "may_answer": row.state == State.SUBMITTED and keeper and not mine
        and may(scope, "rectify"),
        "may_rule": row.state == State.APPEALED and may(scope, "plan_supervision"),
        "may_rectify": may(scope, "rectify"), "may_audit": may(scope, "audit_rectification"),
        "history": history(scope, row), "standing": row.state in (
            State.SUBMITTED, State.APPEALED, State.RECTIFYING, State.CLOSED),
    }


_MARKS = ((scoring.OK, "正常"), (scoring.PROBLEM, "有问题"), (scoring.SKIPPED, "不适用"))


def _late(one: Rectification) -> bool:
    return one.state != RectifyState.PASSED and one.deadline < today()


def _typed(
    request: HttpRequest, row: Inspection, before: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in lists.items_of(row.template):
        given = {name: request.POST.get(f"{item.code}.{name}", "")
                 for name in ("mark", "deduct", "text")}
        kept = list(before.get(item.code, {}).get("files", ()))
        found[item.code] = {**given, "files": kept}
    return found


def _filled(request: HttpRequest, row: Inspection) -> dict[str, dict[str, Any]]:
    answers = _typed(request, row, row.answers)
    for code, answer in answers.items():
        answer["files"] += _kept(request, f"{code}.upload")
    return answers


def _kept(request: HttpRequest, name: str) -> list[str]:
    scope: Scope = request.scope
    return [files.keep(scope, one, kind=(
        MediaKind.PHOTO if (one.content_type or "").startswith("image/") else MediaKind.SCAN),
        name=one.name[:120]).sha256 for one in request.FILES.getlist(name)[:9]]


def _save(request: HttpRequest, row: Inspection, form: WordForm) -> str:
    actions.save(request.scope, row, _filled(request, row), form.cleaned_data["text"])
    return _("已保存，可以稍后接着填。")


def _submit(request: HttpRequest, row: Inspection, form: WordForm) -> str:
    actions.save(request.scope, row, _filled(request, row), form.cleaned_data["text"])
    made = actions.submit(request.scope, row, {"name": request.POST.get("signature", "")})
    return _("已提交，%g 分。") % (made.score or 0)


def _appeal(request: HttpRequest, row: Inspection, form: WordForm) -> str:
    actions.appeal(request.scope, row, form.cleaned_data["text"], _kept(request, "upload"))
    return _("已申诉，等待裁定。")


def _rule(request: HttpRequest, row: Inspection, form: WordForm) -> str:
    actions.rule(request.scope, row, form.cleaned_data["text"], request.POST.getlist("dropped"))
    return _("已裁定。")


def _simple(act: Callable[..., Any], said: Any) -> Callable[..., str]:
    def run(request: HttpRequest, row: Inspection, form: WordForm) -> str:
        act(request.scope, row)
        return str(said())
    return run


def _drop(request: HttpRequest, row: Inspection, form: WordForm) -> str:
    planning.drop(request.scope, row, form.cleaned_data["text"])
    return _("已取消。")


_ACTS: dict[str, Callable[[HttpRequest, Inspection, WordForm], str]] = {
    "begin": _simple(actions.begin, lambda: _("已开始，督查表如下。")),
    "save": _save, "submit": _submit,
    "confirm": _simple(actions.confirm, lambda: _("已确认。")),
    "appeal": _appeal, "rule": _rule, "drop": _drop,
}


@page("see_supervision")
def problems(request: HttpRequest) -> HttpResponse:
    """What has to be put right, the next deadline first."""
    rows = queries.rectifications_of(request.scope).order_by("deadline", "id")
    state = request.GET.get("state", "")
    chosen = rows.filter(state=state) if state in RectifyState.values else (
        rows if state == "all" else rows.exclude(state=RectifyState.PASSED))
    if request.GET.get("mine"):
        chosen = chosen.filter(Q(person=request.user)
                               | Q(inspection__inspector=request.user))
    if request.GET.get("grade") in Grade.values:
        chosen = chosen.filter(grade=request.GET["grade"])
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    shown = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    for one in shown.object_list:
        one.late = _late(one)
        one.about = next((item["text"] for item in one.inspection.template.get("items", ())
                          if item["code"] == one.item), one.item)
    tabs = [("", sum(n for code, n in counts.items() if code != RectifyState.PASSED)),
            *((code, counts.get(code, 0)) for code in RectifyState.values),
            ("all", sum(counts.values()))]
    return render(request, "supervision/problems.html", {
        "page": shown, "tabs": tabs, "state": state, "mine": request.GET.get("mine", ""),
        "grades": Grade.choices, "grade": request.GET.get("grade", "")})


@page("see_supervision")
def problem_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right, or audit; answers on the inspection's page."""
    if request.method != "POST":
        raise Http404
    scope = request.scope
    row = queries.rectifications_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    verb, text = request.POST.get("verb", ""), request.POST.get("text", "")
    try:
        if verb == "rectify":
            actions.rectify(scope, row, text, _kept(request, "upload"))
            messages.success(request, _("已登记整改，等待初审。"))
        elif verb in ("pass", "refuse"):
            actions.audit_rectification(scope, row, verb == "pass", text)
            messages.success(request, _("已审核。"))
        else:
            raise Http404
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("supervision:inspection", pk=row.inspection_id)


@page("see_supervision")
def file(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A photo or paper of a visible inspection."""
    row = _inspection(request.scope, pk)
    held = {one for answer in row.answers.values() for one in answer.get("files", ())}
    held |= set(row.appeal_files)
    held |= {one for problem in row.rectifications.all() for one in problem.files}
    if sha256 not in held:
        raise Http404
    found = Attachment.objects.filter(organisation=row.organisation_id, sha256=sha256).first()
    if found is None:
        raise Http404
    return served(found, view=request.GET.get("view") == "1", request=request)


def _inspection(scope: Scope, pk: int) -> Inspection:
    try:
        return queries.inspection(scope, pk)
    except Inspection.DoesNotExist:
        raise Http404 from None


