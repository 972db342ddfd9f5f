"""What the data and other traces say of a submitted record, and what reviewers said to that."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import User

from .records import Record


class CrossCheck(models.Model):
    """The last run over a record. ``since`` and ``until`` are the visit's span, ``run_at`` None
    before the first run, ``due_at`` when it is to run (again), None when nothing more is awaited;
    all epoch milliseconds. ``visit`` names the visit, which records of one person and day at a
    point share. ``signals`` [{code, severity, score, sentence, evidence, work, factor}], the
    heaviest first; ``outcomes`` [{code, answer, reason}], one a check; ``seen`` tells by
    counts and a digest what the run had before it, so that what arrives later makes it run again.
    """

    record = models.OneToOneField(Record, models.PROTECT, related_name="cross_check")
    visit = models.CharField(max_length=64, blank=True)
    run_at = models.BigIntegerField(null=True)
    since = models.BigIntegerField(null=True)
    until = models.BigIntegerField(null=True)
    score = models.FloatField(default=0.0)
    flagged = models.BooleanField(default=False)
    signals = models.JSONField(default=list)
    outcomes = models.JSONField(default=list)
    seen = models.JSONField(default=dict)
    due_at = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["visit"])]


class AnswerVerb(models.TextChoices):
    EXPLAINED = "explained", _("可以解释")
    CONFIRMED = "confirmed", _("确属不符")


class CrossAnswer(models.Model):
    """A reviewer's word on one signal, ``code`` with the ``factor`` it speaks of ("" the whole
    record or visit). A later word on the same takes its place; the trail keeps both."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="cross_answers")
    code = models.CharField(max_length=32)
    factor = models.CharField(max_length=16, blank=True)
    verb = models.CharField(max_length=12, choices=AnswerVerb.choices)
    text = models.CharField(_("说明"), max_length=400, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "code", "factor"], name="one_answer_a_signal"),
        ]
        ordering = ["record_id", "at", "id"]
