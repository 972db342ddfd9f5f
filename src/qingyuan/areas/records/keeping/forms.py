"""The forms that a company fills in: those delivered, and its own.

An own form's text is read once a process and kept by its digest.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from qingyuan.areas.organisations.models import Organisation
from qingyuan.forms import BadForm, Form, read_form

from .. import queries
from ..models import OwnForm

KEPT = 512  # forms read that stay in a process
OWN = "own."
log = logging.getLogger(__name__)
_read: OrderedDict[str, Form] = OrderedDict()


def form_for(organisation: Organisation, code: str, day: date) -> Form | None:
    """The version of a form that is in use on a day, before the first the newest; None for a code
    that there is not, or an own form that is switched off. No query for delivered forms, else one
    or two."""
    if not code.startswith(OWN):
        return queries.form_at(code, day)
    rows = OwnForm.objects.filter(organisation=organisation, code=code, active=True)
    return _in_use(_loaded(rows), day)


def forms_of(organisation: Organisation, day: date) -> dict[str, Form]:
    """Every form in use on a day by its code: delivered ones, then the company's own. One or two
    queries."""
    every = queries.forms()
    found = {code: every.at(code, day) or form for code, form in every.items()}
    by_code: dict[str, list[Form]] = {}
    rows = OwnForm.objects.filter(organisation=organisation, active=True)
    for form in _loaded(rows):
        by_code.setdefault(form.code, []).append(form)
    for code, versions in sorted(by_code.items()):
        form = _in_use(versions, day)
        if form is not None:
            found[code] = form
    return found


def form_by_digest(organisation: Organisation, digest: str) -> Form | None:
    """The very definition that a record was filled in by, switched off or not; None for one that
    is no longer there. No query for delivered forms."""
    found = queries.forms().by_digest(digest)
    if found is not None:
        return found
    rows = OwnForm.objects.filter(organisation=organisation, digest=digest)
    return next(iter(_loaded(rows)), None)


def _in_use(versions: Iterable[Form], day: date) -> Form | None:
    ordered = sorted(versions, key=lambda form: form.version)
    begun = [form for form in ordered if form.since <= day]
    return (begun or ordered or [None])[-1]


def _loaded(rows: QuerySet[OwnForm]) -> list[Form]:
    """The forms of these rows; texts are fetched only of those not yet read."""
    wanted = list(rows.order_by("code", "version").values_list("pk", "digest"))
    missing = [pk for pk, digest in wanted if digest not in _read]
    if missing:
        for own in OwnForm.objects.filter(pk__in=missing):
            _keep(own)
    found = []
    for _pk, digest in wanted:
        if digest in _read:
            _read.move_to_end(digest)
            found.append(_read[digest])
    while len(_read) > KEPT:
        _read.popitem(last=False)
    return found


def _keep(own: OwnForm) -> None:
    try:
        form = read_form(own.text, f"{own.code}.toml")
    except BadForm as error:
        # What was sound when it was entered may not be after an update; the rest must go on.
        log.warning("own form %s version %s is left out: %s", own.code, own.version, error)
        return
    if form.digest != own.digest:
        # An update changed shared fields that it takes; records know it by what it was.
        log.warning("own form %s version %s reads otherwise now", own.code, own.version)
        form = replace(form, digest=own.digest)
    _read[own.digest] = form
