"""How the back office reviews: figures by reviewer and month, and its settings."""

import re

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.records.presence.queries import month_of
from qingyuan.areas.records.review import queries
from qingyuan.areas.records.review.risk import WEIGHTS
from qingyuan.areas.records.review.settings import BOUNDS, keep_settings, settings_of
from qingyuan.kernel import windows
from qingyuan.ui import sheets

HEADINGS = ("审核人", "审核份数", "通过", "退回", "退回率（%）", "批量通过", "批量占比（%）",
            "超时审核", "抽中复核", "复核退回", "单份用时中位数（s）")


@page("see_review")
def statistics(request: HttpRequest) -> HttpResponse:
    """A month's figures by reviewer."""
    key, first, until = month_of(request.GET.get("month", ""))
    return render(request, "records/review_statistics.html", {
        "found": queries.review_figures(request.scope, first, until), "month": key,
        "before": windows.key("month", first // 1000 - 1),
        "after": windows.key("month", until // 1000),
    })


@page("see_review")
def statistics_file(request: HttpRequest, form: str) -> HttpResponse:
    """The same as XLSX or CSV, the sum as the last line."""
    if form not in sheets.FORMS:
        raise Http404
    key, first, until = month_of(request.GET.get("month", ""))
    found = queries.review_figures(request.scope, first, until)
    lines = [_line(one, one.who) for one in found.people]
    return sheets.answer(form, f"{_('审核统计')}-{key}", HEADINGS,
                         [*lines, _line(found.total, _("合计"))], file="review")


def _line(one: queries.Figures, who: str) -> tuple[object, ...]:
    return (who, one.read, one.accepted, one.returned, _rounded(one.returned_percent), one.bulk,
            _rounded(one.bulk_percent), one.overdue, one.sampled, one.sample_returned, one.seconds)


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)


class SettingsForm(forms.Form):
    """The three figures by which a unit reviews."""

    hours = forms.IntegerField(
        label=gettext_lazy("审核时限"), min_value=BOUNDS["hours"][0], max_value=BOUNDS["hours"][1],
        help_text=gettext_lazy("提交后多少小时内须审核；超过的列入“审核超时”。"))
    bulk_risk = forms.IntegerField(
        label=gettext_lazy("批量通过的风险上限"), min_value=BOUNDS["bulk_risk"][0],
        max_value=BOUNDS["bulk_risk"][1],
        help_text=gettext_lazy("没有不合格、风险分不高于此值的记录可以批量通过。"))
    sample_percent = forms.IntegerField(
        label=gettext_lazy("抽查比例"), min_value=BOUNDS["sample_percent"][0],
        max_value=BOUNDS["sample_percent"][1],
        help_text=gettext_lazy("提交时按记录摘要抽取，抽中的须单独审核，任何人不能挑选。"))


_PLACES = re.compile(r" ?%\((\w+)\)[sd]")
_STAND_INS = {"n": "N", "all": "M", "t": "若干时间", "who": "填写人"}


def _plain(sentence: str) -> str:
    """A sentence of the table with letters and general words where facts are put into it.

    >>> _plain("%(n)d 张照片没有位置"), _plain("结论为失控：%(what)s"), _plain("完成 %(t)s后才提交")
    ('N 张照片没有位置', '结论为失控：…', '完成若干时间后才提交')
    """
    def stand_in(place: re.Match[str]) -> str:
        word = _STAND_INS.get(place[1], "…")
        return f" {word}" if word in "NM" and place[0].startswith(" ") else word

    return _PLACES.sub(stand_in, sentence)


@page("see_review")
def settings_page(request: HttpRequest) -> HttpResponse:
    """Time limit, bulk acceptance, sampling; and what weighs how much."""
    scope = request.scope
    row = settings_of(scope.organisation)
    form = SettingsForm(request.POST or None, initial={
        name: getattr(row, name) for name in BOUNDS})
    may_set = may(scope, "set_review")
    if request.method == "POST" and form.is_valid():
        try:
            keep_settings(scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存，对此后提交的记录生效。"))
            return redirect("records:review-settings")
    return render(request, "records/review_settings.html", {
        "form": form, "row": row, "may_set": may_set,
        "weights": [(one.points, _plain(str(one.sentence))) for one in WEIGHTS.values()],
        "history": history(scope, row) if row.pk else [],
    }, status=422 if form.errors else 200)
