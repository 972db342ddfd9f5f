"""The acts on an order, one address each: ``POST /orders/<id>/<act>/``."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.models import MediaKind
from qingyuan.areas.maintenance.models import WorkOrder
from qingyuan.areas.maintenance.orders import actions, states
from qingyuan.areas.maintenance.orders.forms import FORMS
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope

from .order_page import order_or_404, shown_order

ACTS: Mapping[str, Callable[..., Any]] = {
    "accept": actions.accept, "arrive": actions.arrive, "report": actions.report,
    "repaired": actions.repaired, "restored": actions.restored, "check": actions.check,
    "sample": actions.add_sample, "note": actions.add_entry, "pause": actions.pause,
    "resume": actions.resume, "traits": actions.change_traits, "assign": actions.assign,
    "transfer": actions.transfer, "help": actions.help_with, "close": actions.close,
    "cancel": actions.cancel,
}


@page("see_orders")
@require_POST
def act(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Do one act; a refusal shows the page again with the sentence beside its field."""
    order = order_or_404(request, pk)
    form = FORMS[code](order, request.POST, request.FILES, auto_id=f"id_{code}_%s")
    if form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            if "files" in facts:
                facts["files"] = [kept(request.scope, one) for one in facts["files"]]
            ACTS[code](request.scope, order, **facts)
        except WorkOrder.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记：%s。") % states.ORDER[code].word)
            return redirect("maintenance:order", pk=order.pk)
    return shown_order(request, order, form, code)




def kept(scope: Scope, file: Any) -> str:
    """The digest of an uploaded file, kept; a picture is a photo."""
    picture = str(getattr(file, "content_type", "")).startswith("image/")
    return keep(scope, file, kind=MediaKind.PHOTO if picture else MediaKind.FILE).sha256
