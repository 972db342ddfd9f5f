"""The door of every page: who is signed in, in whose name, and whether the role may come in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from .scope import require

View = Callable[..., HttpResponse]


def page(verb: str) -> Callable[[View], View]:
    """A view for signed-in members whose role may do ``verb`` (a key of ``scope.MAY``).

    A visitor goes to the sign-in page; a fragment asked for by htmx answers 401 instead, since a
    sign-in form inside a tile helps nobody. PermissionDenied without membership or right.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=401)
                return redirect_to_login(request.get_full_path())
            if request.scope is None:
                raise PermissionDenied("this account belongs to no organisation")
            require(request.scope, verb)
            return view(request, *args, **kwargs)

        return guarded

    return guard
