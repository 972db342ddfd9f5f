"""The sets of duties that the company has switched on."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance import duty_sets
from qingyuan.areas.maintenance.models import DutySetChoice
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import may, require


@page("see_duties")
def sets(request: HttpRequest) -> HttpResponse:
    """What each set is about, how much it asks, whether it is on; POST switches one."""
    scope = request.scope
    if request.method == "POST":
        require(scope, "choose_duties")
        return _switch(request)
    duties = duty_sets.duties_of(scope.organisation)
    on = duty_sets.sets_of(scope.organisation)
    rows = [{
        "set": one, "on": key in on,
        "count": sum(duty.set == key for duty in duties),
        "site": sum(duty.set == key and duty.where == "site" for duty in duties),
        "kinds": sorted({duty.kind for duty in duties if duty.set == key}),
    } for key, one in duties.sets.items() if key != duty_sets.RETIRED.key]
    chosen = list(DutySetChoice.objects.filter(organisation=scope.organisation))
    return render(request, "maintenance/duty_sets.html", {
        "rows": rows, "can_edit": may(scope, "choose_duties"),
        "history": histories(scope, chosen)})


def _switch(request: HttpRequest) -> HttpResponse:
    on = request.POST.get("on") == "1"
    try:
        duty_sets.choose_set(request.scope, request.POST.get("set", ""), on)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已启用。任务在下次编排时增加。") if on else
                         _("已停用。任务在下次编排时撤销。"))
    return redirect("maintenance:duty-sets")
