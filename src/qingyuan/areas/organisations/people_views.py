"""Pages of colleagues: the list, one person, entry, and the page of a first password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from . import people
from .access import page
from .history import histories, history
from .models import Membership, Role, User
from .scope import Scope

PAGE = 50


class ColleagueForm(forms.Form):
    """A colleague's account, name, phone and first role."""

    username = forms.CharField(
        label=gettext_lazy("账号"), max_length=150,
        help_text=gettext_lazy("字母、数字与 @ . + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=64)
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=32, required=False)
    role = forms.ChoiceField(label=gettext_lazy("角色"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (r.value, r.label) for r in people.ROLES[scope.organisation.kind]]


class PersonForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=64)
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=32, required=False)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("增加角色"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (r.value, r.label) for r in people.ROLES[scope.organisation.kind]]


class FirstPasswordForm(forms.Form):
    """A password, twice."""

    password = forms.CharField(label=gettext_lazy("新密码"), max_length=256, strip=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(label=gettext_lazy("再输入一次"), max_length=256, strip=False,
                            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "password" in typed and "again" in typed:
            if typed["password"] != typed["again"]:
                self.add_error("again", _("两次输入的密码不一致"))
            try:
                validate_password(typed["password"], self.user)
            except ValidationError as error:
                self.add_error("password", error)
        return typed


@page("edit_organisation")
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody with an account here, by whether a role is still switched on."""
    scope = request.scope
    found = _search(people.people_of(scope), request.GET.get("q", "").strip()[:64])
    chosen = request.GET.get("state", "")
    mine = Prefetch("memberships", people.memberships_of(scope), to_attr="roles")
    listed = _by_state(scope, found, chosen).prefetch_related(mine).order_by("name", "username")
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for who in shown.object_list:
        who.words = [Role(m.role).label for m in who.roles if m.active]
        who.can_sign_in = people.has_password(who)
    return render(request, "organisations/people.html", {
        "page": shown, "chosen": chosen,
        "tabs": [{"code": code, "label": label, "count": _by_state(scope, found, code).count()}
                 for code, label in (("", _("在职")), ("off", _("已停用")))],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
    })


def _search(rows: QuerySet[User], text: str) -> QuerySet[User]:
    if not text:
        return rows
    return rows.filter(
        Q(name__icontains=text) | Q(username__icontains=text) | Q(phone__icontains=text))


def _by_state(scope: Scope, rows: QuerySet[User], state: str) -> QuerySet[User]:
    on = Exists(Membership.objects.filter(
        user=OuterRef("pk"), organisation=scope.organisation, active=True))
    return rows.filter(~on if state == "off" else on)


def _person(request: HttpRequest, pk: int) -> User:
    user = people.people_of(request.scope).filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


@page("edit_organisation")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One colleague: name and phone, roles, the link for a password, history."""
    scope = request.scope
    who = _person(request, pk)
    form = PersonForm(request.POST if "name" in request.POST else None,
                      initial={"name": who.name, "phone": who.phone})
    role = RoleForm(scope, request.POST if "role" in request.POST else None)
    link = ""
    if request.method == "POST":
        try:
            if "link" in request.POST:
                link = request.build_absolute_uri(people.start_link(scope, who))
            elif "role" in request.POST and role.is_valid():
                people.add_colleague(scope, who.username, name=who.name,
                                     role=role.cleaned_data["role"])
                return redirect("organisations:person", pk=pk)
            elif "name" in request.POST and form.is_valid():
                people.edit_colleague(scope, who, **form.cleaned_data)
                messages.success(request, _("已保存。"))
                return redirect("organisations:person", pk=pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
            link = ""
    roles = list(people.memberships_of(scope).filter(user=who))
    for one in roles:
        one.word = Role(one.role).label
    entries = [*history(scope, who), *histories(scope, roles)]
    return render(request, "organisations/person.html", {
        "who": who, "form": form, "role_form": role, "roles": roles, "link": link,
        "can_sign_in": people.has_password(who),
        "history": sorted(entries, key=lambda entry: -entry.at)[:30],
    }, status=422 if form.errors else 200)


@require_POST
@page("edit_organisation")
def switch(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Switch a role off or on again."""
    row = people.memberships_of(request.scope).filter(pk=membership, user=pk).first()
    if row is None:
        raise Http404
    try:
        people.switch_membership(request.scope, row, request.POST.get("active") == "1")
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("organisations:person", pk=pk)


@page("edit_organisation")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a colleague."""
    form = ColleagueForm(request.scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = people.add_colleague(request.scope, **form.cleaned_data)
        except ValidationError as error:
            for field, texts in error.message_dict.items():
                form.add_error(field if field in form.fields else None, texts)
        else:
            messages.success(request, _("已登记 %s，请生成首次登录链接交给本人。") % made.user)
            return redirect("organisations:person", pk=made.user_id)
    return render(request, "organisations/person_new.html", {"form": form},
                  status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password", "again")
def start(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The page of a link: set a password, then sign in with it."""
    user = people.user_of_link(uid, token)
    form = FirstPasswordForm(user, request.POST or None) if user is not None else None
    if user is not None and form is not None and request.method == "POST" and form.is_valid():
        people.set_first_password(user, form.cleaned_data["password"])
        messages.success(request, _("密码已设置，请登录。"))
        return redirect("organisations:sign-in")
    status = 410 if user is None else 422 if form is not None and form.errors else 200
    answer = render(request, "organisations/start.html", {"form": form, "who": user},
                    status=status)
    # The address is the secret: it must not travel on with a link that is clicked here.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
