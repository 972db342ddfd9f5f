"""Reads on attachments."""

from django.db.models import QuerySet

from qingyuan.areas.organisations.scope import Scope, may

from .models import Attachment


def attachments_of(scope: Scope) -> QuerySet[Attachment]:
    """What the scope's own organisation has kept, newest first; nothing without ``see_files``.

    A file that a record shows may be read by whoever may read the record: that record's area
    checks the right and calls ``answers.served``.
    """
    if not may(scope, "see_files"):
        return Attachment.objects.none()
    return Attachment.objects.filter(organisation=scope.organisation)
