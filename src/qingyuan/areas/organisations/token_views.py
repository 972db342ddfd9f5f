"""The page of a person's own API tokens: made, shown once, withdrawn."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from . import tokens
from .access import page
from .models import ApiToken, Role

USUAL = 365  # days that a new token holds unless the person says otherwise


class TokenForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("用途"), max_length=64,
                           help_text=gettext_lazy("哪个程序使用，如：手机端、报表接口"))
    until = forms.DateField(
        label=gettext_lazy("有效期至"), required=False, help_text=gettext_lazy("不填为长期有效"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_until(self) -> object:
        until = self.cleaned_data["until"]
        if until is not None and until < timezone.localdate():
            raise ValidationError(_("有效期不能早于今天"))
        return until


# Whoever may act may let a program act for them; every role sees the book of rules except the
# association's officer, who sees no data that a program could fetch.
@never_cache
@page("see_rules")
def token_list(request: HttpRequest) -> HttpResponse:
    """The person's tokens; a new one with its text, which is shown this once."""
    form = TokenForm(request.POST or None,
                     initial={"until": timezone.localdate() + timedelta(days=USUAL)})
    text = ""
    if request.method == "POST" and form.is_valid():
        _row, text = tokens.make_token(request.scope, form.cleaned_data["name"],
                                       until=form.cleaned_data["until"])
        form = TokenForm(initial={"until": timezone.localdate() + timedelta(days=USUAL)})
    rows = tokens.tokens_of(request.scope)
    today = timezone.localdate()
    for row in rows:
        row.role_word = Role(row.membership.role).label
        row.state = ("over" if row.withdrawn_at else "over" if row.until and row.until < today
                     else "ok")
    return render(request, "organisations/tokens.html", {
        "form": form, "tokens": rows, "text": text}, status=422 if form.errors else 200)


@require_POST
@page("see_rules")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the person's tokens."""
    try:
        tokens.withdraw_token(request.scope, ApiToken(pk=pk))
    except ApiToken.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("令牌已撤回。"))
    return redirect("organisations:tokens")
