"""What the worker does for documents: owners are told of reviews that come and that are late."""

from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.jobs import Periodic

from . import queries
from .models import Document, State


def warn_of_reviews() -> str:
    """Each warning once: thirty days before, and when the day is past."""
    day, count = today(), 0
    rows = queries.with_versions(Document.objects.filter(
        versions__state=State.APPROVED).distinct())
    for row in rows.iterator(chunk_size=500):
        due = queries.next_review(row, day)
        if due is None or due > day + queries.SOON:
            continue
        late = due < day
        mark = f"{due} {'late' if late else 'soon'}"
        # Whoever marks it tells; another worker finds it marked.
        if row.told == mark or not Document.objects.filter(
                pk=row.pk, told=row.told).update(told=mark):
            continue
        tell(row.organisation, [row.owner], kind="expiry",
             title=(_("文件评审逾期：%s") if late else _("文件即将评审：%s")) % row,
             body=_("应于 %s 前评审") % due.isoformat(),
             link=reverse("documents:document", args=[row.pk]), ref=f"document:{row.pk}")
        count += 1
    return f"{count} reviews told" if count else ""


JOBS = (Periodic("document_reviews", 3600, warn_of_reviews),)
