"""Staff and certificates by a workbook."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.organisations.access import page
from qingyuan.areas.people import importing

LARGEST = 10 * 1024 * 1024


class ImportForm(forms.Form):
    file = forms.FileField(label=_("工作簿"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))

    def clean_file(self) -> bytes:
        held = self.cleaned_data["file"]
        if held.size > LARGEST:
            raise ValidationError(_("文件不能超过 10 MB"))
        data: bytes = held.read()
        return data


@page("edit_people")
def import_page(request: HttpRequest) -> HttpResponse:
    """Read a workbook; what was refused is listed line by line."""
    form = ImportForm(request.POST or None, request.FILES or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = importing.take_over(request.scope, form.cleaned_data["file"])
        except ValidationError as error:
            refuse(form, error)
    return render(request, "people/import.html", {"form": form, "found": found},
                  status=422 if form.errors else 200)


@page("edit_people")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in, with what is entered already."""
    answer = HttpResponse(
        importing.template(request.scope),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = 'attachment; filename="people.xlsx"'
    return answer
