"""The very form that a record was filled in by."""

from qingyuan.forms import Form

from .. import queries
from ..models import Record


def form_of(record: Record) -> Form | None:
    """By its digest, else the version of its day; None for a form that is no longer there. No
    query for delivered forms, one or two for a company's own."""
    found = queries.forms().by_digest(record.form_digest)
    if found is not None:
        return found
    from ..keeping.forms import form_for

    own: Form | None = form_for(record.organisation, record.form, record.day)
    return own
