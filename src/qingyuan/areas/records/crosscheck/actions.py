"""A reviewer's word on a signal: it can be explained, or it is so."""

import time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from ..models import AnswerVerb, CrossAnswer, CrossCheck, Record, RecordState
from ..review import queries as review

LONGEST = 400


@transaction.atomic
def answer(
    scope: Scope, record: Record, code: str, factor: str, *, verb: str, text: str = ""
) -> CrossAnswer:
    """Say of a signal of a waiting record that it can be explained (with the reason) or that it is
    so. A later word takes the place of an earlier one.

    ValidationError by field; Record.DoesNotExist for a record of another unit."""
    require(scope, "review_record")
    row = review.submitted_of(scope).select_for_update(of=("self",)).get(pk=record.pk)
    if row.state != RecordState.SUBMITTED:
        raise ValidationError(_("这份记录不在待审核状态"))
    if scope.user is not None and row.author_id == scope.user.pk:
        raise ValidationError(_("本人填写的记录须由他人审核"))
    said = text.strip()
    if verb not in AnswerVerb.values:
        raise ValidationError({"verb": _("请选择可以解释或确属不符")})
    if verb == AnswerVerb.EXPLAINED and not said:
        raise ValidationError({"text": _("请说明可以解释的理由")})
    if len(said) > LONGEST:
        raise ValidationError({"text": _("不能超过 %d 字") % LONGEST})
    check = CrossCheck.objects.filter(record=row).first()
    if check is None or not any(
            one["code"] == code and one["factor"] == factor for one in check.signals):
        raise ValidationError({"code": _("没有这条核对结果，可能已重新核对")})
    before = CrossAnswer.objects.filter(record=row, code=code, factor=factor).first()
    told = {"verb": verb, "text": said}
    found, _new = CrossAnswer.objects.update_or_create(
        record=row, code=code, factor=factor, defaults={
            **told, "by": scope.user, "who": scope.who[:128], "at": round(time.time() * 1000)})
    audit(scope, "answer_cross_check", row,
          {"verb": before.verb, "text": before.text} if before else None,
          {"signal": code, "factor": factor, **told})
    return found
