"""The very form that a record was filled in by."""

from qingyuan.forms import Form

from ..keeping.forms import form_by_digest, form_for
from ..models import Record


def form_of(record: Record) -> Form | None:
    """By its digest, else the version of its day; None for a form that is no longer there. No
    query for delivered forms, one to three for a company's own."""
    found = form_by_digest(record.organisation, record.form_digest)
    return found or form_for(record.organisation, record.form, record.day)
