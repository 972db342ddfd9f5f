"""A company's own forms: list, entry by file or text, switch, template."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.records import own_forms, words
from qingyuan.areas.records.keeping.forms import forms_of
from qingyuan.areas.records.models import OwnForm
from qingyuan.forms.loader import shared_parts
from qingyuan.ui.sheets import disposition

TEMPLATE = '''\
# 自定记录表。编号 code 以 own. 开头；修改后 version 加 1，旧版留给已填的记录。
code = "own.valve"
title = "电磁阀检查记录表"
kind = "inspection"
standard = ""
clause = "本单位制度 3.2"
status = "text"
source = "本单位制度汇编"
version = 1
since = %(day)s
systems = ["gas"]
techniques = ["extractive", "dilution", "in_situ"]
every = 7
note = "√正常，×异常（及时处理并记录），/未检查并说明原因"

[[section]]
name = "header"
title = "基本信息"
parts = ["enterprise", "point", "unit", { part = "day", label = "检查日期" }]

[[section]]
name = "valve"
title = "电磁阀"
# 检查项：到期必须标记；duties 写它对应的自定运维内容编号，可不写。
item = [
    { name = "action", label = "电磁阀动作灵活、无卡滞", every = 7 },
    { name = "leak", label = "阀体无漏气", every = 30 },
]
field = [
    { name = "pressure", label = "气源压力", type = "number", unit = "MPa", least = 0, most = 2, required = true },
    { name = "photo", label = "照片", type = "photo", of = "电磁阀铭牌与接线", fewest = 1 },
]

[[section]]
name = "tail"
title = "签字"
parts = ["remark", "engineer", "signature"]
'''  # noqa: E501


@page("see_forms")
def own_form_list(request: HttpRequest) -> HttpResponse:
    """The company's own forms; a posted text is entered, or comes back with its faults."""
    scope = request.scope
    text, errors = "", []
    if request.method == "POST":
        text = _sent(request)
        try:
            row = own_forms.keep_own_form(scope, text)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, _("%(title)s 第 %(n)d 版已启用。") % {
                "title": row.title, "n": row.version})
            return redirect("records:own-forms")
    rows = list(own_forms.own_forms_of(scope))
    active = forms_of(scope.organisation, today())
    return render(request, "records/own_forms.html", {
        "entries": [_entry(one, active) for one in own_forms.versions_of(rows)],
        "text": text, "errors": errors, "can_edit": may(scope, "own_form"),
        "parts": shared_parts(), "history": histories(scope, rows, 20),
    }, status=422 if errors else 200)


def _sent(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        return str(request.POST.get("text", ""))
    raw = file.read(own_forms.LARGEST * 4 + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _entry(one: dict[str, Any], active: dict[str, Any]) -> dict[str, Any]:
    form = active.get(one["row"].code)
    return {
        **one, "form": form, "in_use": form.version if form else None,
        "kind": words.FORM_KINDS.get(form.kind, "") if form else "",
        "techniques": [words.TECHNIQUES[name] for name in form.techniques] if form else [],
        "questions": sum(f.computed is None for _spot, f in form.fields()) if form else None,
    }


@page("see_forms")
def template(request: HttpRequest) -> HttpResponse:
    """A form file to begin with."""
    text = TEMPLATE % {"day": today().isoformat()}
    return HttpResponse(text.encode(), content_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": disposition("own-form", _("自定记录表模板"), "toml")})


@page("see_forms")
def text(request: HttpRequest, code: str) -> HttpResponse:
    """The newest version's text, to be changed and entered again."""
    try:
        row = own_forms.own_form(request.scope, code)
    except OwnForm.DoesNotExist as error:
        raise Http404 from error
    return HttpResponse(row.text.encode(), content_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": disposition(row.code, row.title, "toml")})


@require_POST
@page("own_form")
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a form off, or on again."""
    on = request.POST.get("on") == "1"
    try:
        row = own_forms.switch_own_form(request.scope, code, on)
    except OwnForm.DoesNotExist as error:
        raise Http404 from error
    said = _("%s 已启用。") if on else _("%s 已停用；已填的记录仍可查看。")
    messages.success(request, said % row.title)
    return redirect("records:own-forms")
