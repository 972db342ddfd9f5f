"""The back office's reading of records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation, User

from .records import Record


class ReviewVerb(models.TextChoices):
    ACCEPT = "accept", _("通过")
    RETURN = "return", _("退回")
    BULK = "bulk", _("批量通过")
    SAMPLE = "sample", _("抽中复核")


class Review(models.Model):
    """One reading: who, when, with what end; ``seconds`` from opening to deciding."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="reviews")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128)
    at = models.BigIntegerField()
    verb = models.CharField(max_length=8, choices=ReviewVerb.choices)
    reason = models.CharField(_("意见"), max_length=400, blank=True)
    seconds = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["by", "at"])]
        ordering = ["record_id", "at", "id"]


class ReviewSettings(models.Model):
    """How a unit reviews: hours until a record must be read, up to which risk several may be
    accepted at once, and how many of every hundred of these are drawn to be read singly."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    hours = models.PositiveSmallIntegerField(_("审核时限（h）"), default=24)
    bulk_risk = models.PositiveSmallIntegerField(_("批量通过的风险上限"), default=20)
    sample_percent = models.PositiveSmallIntegerField(_("抽查比例（%）"), default=10)
