"""Writes on the discharger's consents to remote commands."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may, require

from .. import queries
from ..models import CommandConsent, DataLogger
from .routing import announce, held_logger


@transaction.atomic
def give_consent(
    scope: Scope, logger: DataLogger, cn: str, *, since: date, until: date | None,
    document: str, given_by: str, text: str = "",
) -> CommandConsent:
    """Enter the discharger's written consent to one command: the discharger gives it, or the
    unit's manager records the paper."""
    if not may(scope, "give_consent"):
        require(scope, "record_consent")
    held = held_logger(scope, logger)
    row = CommandConsent(
        logger=held, organisation=_owner(scope, held), cn=cn.strip(), since=since, until=until,
        document=document.strip(), text=text, given_by=given_by.strip(),
    )
    row.full_clean()
    if until is not None and until < since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})
    row.save()
    audit(scope, "give_consent", held, None, {
        "cn": row.cn, "since": since, "until": until, "document": row.document,
        "given_by": row.given_by,
    })
    announce()
    return row


@transaction.atomic
def withdraw_consent(scope: Scope, consent: CommandConsent) -> CommandConsent:
    """End a consent at once; the row stays, since commands were sent under it."""
    if not may(scope, "give_consent"):
        require(scope, "record_consent")
    # Who gave a consent may always take it back, wherever the logger stands today.
    own = Q(organisation=scope.organisation)
    row = CommandConsent.objects.select_for_update().get(
        own | Q(pk__in=queries.consents(scope, consent.logger).order_by().values("pk")),
        pk=consent.pk,
    )
    if row.withdrawn_at is None:
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        audit(scope, "withdraw_consent", row.logger, {"cn": row.cn},
              {"withdrawn_at": row.withdrawn_at})
        announce()
    return row


def _owner(scope: Scope, logger: DataLogger) -> Organisation:
    """The discharger in whose name a consent is given: the scope's own where it is one of those at
    whose points the logger stands, else that of the newest link."""
    links = queries.standing_links().filter(logger=logger).select_related("point__organisation")
    owners = [link.point.organisation for link in links.order_by("-since", "id")]
    return scope.organisation if scope.organisation in owners else owners[0]
