"""Pages of commitments: the register, signing, one signature, the text's versions."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may, require
from qingyuan.areas.people.models import Post
from qingyuan.areas.people.queries import staff_for
from qingyuan.ui import sheets

from . import actions, queries


class TextForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=128)
    clauses = forms.CharField(label=gettext_lazy("条款（每行一条）"), widget=forms.Textarea(
        attrs={"rows": 10}))
    effective = forms.DateField(label=gettext_lazy("生效"), widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))
    months = forms.IntegerField(label=gettext_lazy("有效月数（不填为长期）"), required=False)
    again = forms.BooleanField(label=gettext_lazy("已签署旧版的须重新签署"), required=False)
    posts = forms.MultipleChoiceField(
        label=gettext_lazy("须签署的岗位"), choices=Post.choices, required=False,
        widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=gettext_lazy("修改原因"), max_length=200, required=False)


class SignForm(forms.Form):
    drawn = forms.FileField(label=gettext_lazy("手写签名"))
    agreed = forms.BooleanField(label=gettext_lazy("我已逐条阅读并承诺遵守"))
    text = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    phone_at = forms.IntegerField(min_value=0, max_value=2**62, required=False,
                                  widget=forms.HiddenInput)


@page("see_commitments")
def register(request: HttpRequest) -> HttpResponse:
    """Who must sign, and who has."""
    scope, day = request.scope, today()
    every = queries.standings(scope, day)
    state = request.GET.get("state", "")
    rows = [one for one in every if not state or one.state == state]
    return render(request, "conduct/register.html", {
        "rows": rows, "state": state, "text": queries.in_force(scope.organisation, day),
        "tabs": [(code, sum(one.state == code for one in every)) for code in queries.STATES],
        "whole": len(every), "may_edit": may(scope, "edit_commitments"),
        "must_sign": any(one.state != "signed" and one.staff.user_id == scope.user.pk
                         for one in every) if scope.user else False})


@page("see_commitments")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The register as a file."""
    if form not in sheets.FORMS:
        raise Http404
    words = {"signed": _("已签署"), "expiring": _("即将到期"), "missing": _("未签署"),
             "again": _("须重新签署"), "expired": _("已到期")}
    heads = [_("工号"), _("姓名"), _("岗位"), _("状态"), _("版本"), _("签署日期"), _("有效至"),
             "SHA-256"]
    return sheets.answer(form, _("承诺书"), heads, (
        [one.staff.number, one.staff.name, "、".join(one.staff.post_words), words[one.state],
         one.held.text.version if one.held else "", f"{one.held.signed_on}" if one.held else "",
         f"{one.held.holds_until or ''}" if one.held else "", one.held.digest if one.held else ""]
        for one in queries.standings(request.scope, today())), file="commitments",
        widths=(10, 12, 24, 12, 8, 12, 12, 40))


@page("sign_commitment")
def sign(request: HttpRequest) -> HttpResponse:
    """Read the text and sign it for oneself."""
    scope = request.scope
    text = queries.in_force(scope.organisation, today())
    form = SignForm(request.POST or None, request.FILES or None,
                    initial={"text": text.pk if text else None})
    if request.method == "POST" and text is not None and form.is_valid():
        said = form.cleaned_data
        try:
            read = queries.texts_of(scope).filter(pk=said["text"]).first() or text
            held = keep(scope, said["drawn"], kind="signature", name="signature.png")
            made = actions.sign(scope, drawn=held.sha256, text=read, phone_at=said["phone_at"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已签署。"))
            return redirect("conduct:commitment", pk=made.pk)
    return render(request, "conduct/sign.html", {
        "text": text, "form": form, "staff": staff_for(scope.organisation, scope.user),
    }, status=422 if form.errors else 200)


@page("see_commitments")
def commitment(request: HttpRequest, pk: int) -> HttpResponse:
    """One signature with the text as it was signed; the digest worked out again."""
    scope = request.scope
    row = queries.commitments_of(scope).select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        require(scope, "edit_commitments")
        try:
            actions.withdraw(scope, row, request.POST.get("reason", ""))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("conduct:commitment", pk=row.pk)
    return render(request, "conduct/commitment.html", {
        "row": row, "sound": actions.digest(row) == row.digest,
        "may_edit": may(scope, "edit_commitments"), "history": history(scope, row)})


@page("see_commitments")
def drawn(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawn signature."""
    row = queries.commitments_of(request.scope).filter(pk=pk).first()
    held = attachments_of(request.scope).filter(sha256=row.drawn).first() if row else None
    if held is None:
        raise Http404
    return served(held, request=request)


@page("see_commitments")
def texts(request: HttpRequest) -> HttpResponse:
    """The versions of the text; a new one is published here."""
    scope = request.scope
    rows = list(queries.texts_of(scope))
    start: dict[str, Any] = {"effective": today(), "again": True}
    if rows:
        start |= {"title": rows[0].title, "clauses": "\n".join(rows[0].clauses),
                  "months": rows[0].months, "posts": rows[0].posts}
    else:
        start |= {"title": queries.shipped()["title"], "posts": ["om"],
                  "clauses": "\n".join(queries.shipped()["clauses"])}
    form = TextForm(request.POST or None, initial=start) if may(
        scope, "edit_commitments") else None
    if request.method == "POST":
        require(scope, "edit_commitments")
        if form is not None and form.is_valid():
            said = dict(form.cleaned_data)
            try:
                actions.publish(scope, **{**said, "clauses": said["clauses"].splitlines()})
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已发布。"))
                return redirect("conduct:texts")
    return render(request, "conduct/texts.html", {
        "rows": rows, "form": form, "shipped": queries.shipped(),
    }, status=422 if form is not None and form.errors else 200)
