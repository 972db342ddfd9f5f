"""Sign-in, sign-out, and the choice of the organisation in whose name one acts."""

import time

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from . import sign_in
from .forms import SignInForm
from .models import Membership


@never_cache
@sensitive_post_parameters("password")
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """The product's name, the organisation's, two fields."""
    target = _target(request)
    if request.user.is_authenticated and request.method == "GET":
        return redirect(target)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        status = _try(request, form)
        if status == 200:
            return redirect(target)
    elif request.method == "POST":
        status = 422
    context = {"form": form, "owner": sign_in.owner_name(), "next": request.GET.get("next", "")}
    return render(request, "organisations/sign_in.html", context, status=status)


def _try(request: HttpRequest, form: SignInForm) -> int:
    """Sign in; 200 when it worked, else the status of the refusal, which the form then tells."""
    typed = form.cleaned_data
    now_ms = time.time_ns() // 1_000_000
    try:
        user = sign_in.check(request, typed["username"], typed["password"], now_ms)
    except sign_in.Locked as locked:
        form.add_error(None, _("失败次数过多，请 %(n)d 分钟后再试。") % {"n": locked.minutes})
        return 429
    if user is None:
        form.add_error(None, _("账号或密码不正确。"))
        return 422
    login(request, user)
    return 200


def _target(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return "/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("organisations:sign-in")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Act for another organisation one belongs to."""
    if request.user.is_authenticated:
        wanted = request.POST.get("membership", "")
        mine = Membership.objects.filter(user=request.user, active=True)
        if wanted.isdecimal() and mine.filter(pk=int(wanted)).exists():
            request.session["membership"] = int(wanted)
    return redirect(reverse("telemetry:overview"))
