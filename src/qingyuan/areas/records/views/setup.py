"""The set-up page: one workbook for a whole company. First a report line by line, then what is
right is taken over, and what is wrong comes back as a file to be mended."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.areas.assets import setup_book
from qingyuan.areas.assets.setup_people import PEOPLE
from qingyuan.areas.assets.workbook import SheetError
from qingyuan.areas.organisations import people
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.records.importing import Papers
from qingyuan.areas.records.setup import SHEETS, store, work
from qingyuan.ui.sheets import FORMS, answer, disposition

PAGE = 100
MOST = 200 << 20  # bytes of an upload, all its files together


class _Files(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; the value is a list."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class SetupForm(forms.Form):
    """The workbook, and the papers that it names."""

    book = forms.FileField(
        label=gettext_lazy("建档表格（XLSX）"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))
    papers = FilesField(
        label=gettext_lazy("旧记录（PDF 或 ZIP，可选）"), required=False,
        widget=_Files(attrs={"accept": ".pdf,.zip", "multiple": True}))


@page("import_setup")
def setup(request: HttpRequest) -> HttpResponse:
    """Upload, the last uploads, and what each sheet holds."""
    scope = request.scope
    form = SetupForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            one = _upload(scope, form)
        except SheetError as error:
            form.add_error("book", str(error))
        else:
            return redirect("records:setup-result", id=one.id)
    return render(request, "records/setup.html", {
        "form": form, "uploads": store.of(scope)[:20], "sheets": SHEETS,
    }, status=422 if form.errors else 200)


def _upload(scope: Scope, form: SetupForm) -> store.Upload:
    """Keep what was sent, when it can be read at all, and try its lines."""
    file = form.cleaned_data["book"]
    papers = form.cleaned_data["papers"]
    if file.size + sum(paper.size for paper in papers) > MOST:
        raise SheetError(_("一次最多上传 %d MB，请分成几次。") % (MOST >> 20))
    book = file.read()
    setup_book.read(book, SHEETS)
    kept = [(paper.name or "", paper.read()) for paper in papers]
    check = Papers()
    for name, content in kept:
        check.add(name, content)
    return work.begin(scope, store.add(scope, file.name or "", book, kept), keep=False)


def _one(request: HttpRequest, id: str) -> store.Upload:
    one = store.find(request.scope, id)
    if one is None:
        raise Http404
    return one


@page("import_setup")
def result(request: HttpRequest, id: str) -> HttpResponse:
    """What would be made, or was; the lines that were refused first."""
    one = _one(request, id)
    report = store.report_of(one) if one.state == store.DONE else []
    wanted = {"": lambda e: bool(e["errors"]), "new": lambda e: bool(e["done"]),
              "same": lambda e: not e["done"] and not e["errors"]}
    chosen = request.GET.get("state", "")
    bad = sum(bool(entry["errors"]) for entry in report)
    if "state" not in request.GET and not bad:
        chosen = "new"
    listed = [entry for entry in report if wanted.get(chosen, wanted[""])(entry)]
    for entry in listed:
        entry["about"] = " · ".join(
            entry["typed"][name] for name in ("discharger", "point", "system", "instrument",
                                              "what", "username", "name", "form")
            if entry["typed"].get(name))
    return render(request, "records/setup_result.html", {
        "one": one, "summary": work.summary(report), "chosen": chosen,
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
        "good": sum(bool(entry["done"]) for entry in report), "bad": bad,
        "running": one.state in (store.WAITING, store.RUNNING),
        "newcomers": len(_newcomers(request.scope, report)) if one.keep and not one.links else 0,
        "tabs": [{"code": code, "label": label,
                  "count": sum(wanted[code](entry) for entry in report)}
                 for code, label in (("", _("有误")), ("new", _("已导入") if one.keep
                                                     else _("将导入")), ("same", _("没有变化")))],
    })


@page("import_setup")
def progress(request: HttpRequest, id: str) -> HttpResponse:
    """How far the worker has come, for the page that waits; reloads it at the end."""
    one = _one(request, id)
    shown = render(request, "records/setup_progress.html", {"one": one})
    if one.state not in (store.WAITING, store.RUNNING):
        shown.headers["HX-Refresh"] = "true"
    return shown


@require_POST
@page("import_setup")
def take(request: HttpRequest, id: str) -> HttpResponse:
    """Take over the lines that are right."""
    one = _one(request, id)
    if one.state != store.DONE or one.keep:
        messages.error(request, _("该文件正在处理或已经导入。"))
    else:
        work.begin(request.scope, one, keep=True)
    return redirect("records:setup-result", id=one.id)


@page("import_setup")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return _xlsx(setup_book.template(SHEETS), "setup", _("建档模板"))


@page("import_setup")
def export(request: HttpRequest) -> HttpResponse:
    """Everything that the unit has entered, in the layout of the import; with access passwords,
    which those who may import may see."""
    scope = request.scope
    lines = {sheet.title: sheet.lines(scope) for sheet in SHEETS}
    return _xlsx(setup_book.write(SHEETS, lines), "setup", _("建档"))


@page("import_setup")
def rejects(request: HttpRequest, id: str) -> HttpResponse:
    """The lines that were refused, with their reasons, to be mended and uploaded again."""
    lines: dict[str, list[dict[str, str]]] = {}
    for entry in store.report_of(_one(request, id)):
        if entry["errors"]:
            lines.setdefault(entry["sheet"], []).append(
                entry["typed"] | {setup_book.REASON: "；".join(entry["errors"])})
    return _xlsx(setup_book.write(SHEETS, lines, reason=True), "setup-rejects", _("有误的行"))


@require_POST
@page("import_setup")
def links(request: HttpRequest, id: str) -> HttpResponse:
    """The first sign-in links of accounts that the file brought and that have no password yet;
    handed out once. Each holds until it is used, or for a week."""
    scope = request.scope
    one = _one(request, id)
    users = _newcomers(scope, store.report_of(one)) if one.keep and not one.links else []
    if not users:
        messages.error(request, _("没有需要登录链接的新账号；忘记的链接可在人员页面重新生成。"))
        return redirect("records:setup-result", id=one.id)
    rows = []
    for user in users:
        try:
            path = people.start_link(scope, user)
        except ValidationError as error:
            rows.append((user.username, user.name, "；".join(error.messages)))
        else:
            rows.append((user.username, user.name, request.build_absolute_uri(path)))
    store.save(one, links=True)
    made = answer("xlsx", _("首次登录链接"), [_("账号"), _("姓名"), _("首次登录链接")], rows,
                  file="first-sign-in", widths=(20, 20, 90))
    made.headers["Cache-Control"] = "no-store"
    return made


def _newcomers(scope: Scope, report: list[dict[str, Any]]) -> list[Any]:
    names = {entry["typed"].get("username", "").strip().casefold() for entry in report
             if entry["sheet"] == PEOPLE and not entry["errors"]}
    return [user for user in people.people_of(scope).order_by("username")
            if user.username.casefold() in names and not people.has_password(user)]


def _xlsx(content: bytes, file: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=FORMS["xlsx"], headers={
        "Content-Disposition": disposition(file, name, "xlsx"), "Cache-Control": "no-store"})
