"""A periodic report: what it said when it was made, what people wrote, its approval and seal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation


class Level(models.TextChoices):
    MONTH = "month", _("月报")
    QUARTER = "quarter", _("季报")
    HALF = "half", _("半年报")


class ReportState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已批准")
    SEALED = "sealed", _("已封存")
    SENT = "sent", _("已送出")
    READ = "read", _("已阅")


class PeriodicReport(models.Model):
    """One report of a unit on a discharger. ``content`` is ``blocks.to_json``; ``passages`` what
    people wrote under the parts, by part. ``digest`` is the SHA-256 over content, passages, subject
    and approval once it is sealed; from then on nothing of it changes."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    discharger = models.ForeignKey(Organisation, models.PROTECT, related_name="periodic_reports")
    level = models.CharField(_("类型"), max_length=8, choices=Level.choices)
    first = models.DateField(_("起"))
    last = models.DateField(_("止"))
    state = models.CharField(
        max_length=12, choices=ReportState.choices, default=ReportState.DRAFT)
    content = models.JSONField(default=list)
    passages = models.JSONField(default=dict, blank=True)
    made_at = models.BigIntegerField()  # epoch ms of the figures
    made_by = models.CharField(max_length=128)
    approved_at = models.BigIntegerField(null=True)
    approved_by = models.CharField(max_length=128, blank=True)
    sealed_at = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    sent_at = models.BigIntegerField(null=True)
    sent_how = models.CharField(max_length=200, blank=True)
    read_at = models.BigIntegerField(null=True)
    read_by = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "discharger", "level", "first"], name="one_report_a_time")]
        indexes = [models.Index(fields=["organisation", "-first"]),
                   models.Index(fields=["discharger", "-first"])]
        ordering = ["-first", "discharger_id"]

    def __str__(self) -> str:
        return f"{self.discharger} {self.first:%Y-%m} {self.get_level_display()}"
