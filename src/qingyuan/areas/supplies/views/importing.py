"""The catalogue and the opening stock from a workbook."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.workbook import SheetError
from qingyuan.areas.organisations.access import page
from qingyuan.areas.supplies import importing
from qingyuan.ui import sheets

MOST_BYTES = 5 << 20


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("XLSX 文件"), widget=forms.FileInput(
        attrs={"accept": ".xlsx"}))


@page("edit_supplies")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is entered whole, or its refused lines are told."""
    form = FileForm(request.POST or None, request.FILES or None)
    refused: list[Any] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise SheetError(_("文件超过 5 MB"))
            parts, moves, refused = importing.enter(request.scope, file.read())
        except SheetError as error:
            form.add_error("file", str(error))
        else:
            if not refused:
                messages.success(request, _("已导入 %(p)d 种物料，入库 %(m)d 笔。") % {
                    "p": parts, "m": moves})
                return redirect("supplies:stock")
    return render(request, "supplies/import.html", {
        "form": form, "refused": refused, "heads": list(importing.HEADS),
    }, status=422 if form.errors or refused else 200)


@page("edit_supplies")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in, with one example."""
    return sheets.answer("xlsx", _("物料导入模板"), list(importing.HEADS), [importing.EXAMPLE],
                         file="supplies", widths=(14, 24))
