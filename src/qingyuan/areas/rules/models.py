"""Figures of the book that an organisation, a region or a permit sets itself, dated and cited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation


class Link(models.TextChoices):
    PERMIT = "permit", _("排污许可证")
    REGION = "region", _("地方规定")
    ORGANISATION = "organisation", _("本单位规定")


class Status(models.TextChoices):
    """How the figure was taken from its text; the words of the book's own entries."""

    TEXT = "text", _("原文核对")
    SECONDARY = "secondary", _("转述")
    RECALLED = "recalled", _("待核对")


class RuleOverride(models.Model):
    """One provision's value for whom it concerns, from ``since`` to ``until`` (China days, both
    included). Entries are never changed: a mistake is withdrawn with a reason and entered again.

    ``link`` permit: only ``point``; region: points whose area begins with ``area``; organisation:
    all points the unit operates. The value is text as in the book's files ("45", "true",
    "arithmetic") and is checked against the provision's unit and readings.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    link = models.CharField(_("适用层级"), max_length=12, choices=Link.choices)
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, null=True, blank=True,
                              related_name="+")
    area = models.CharField(_("行政区划"), max_length=12, blank=True)
    name = models.CharField(_("条目"), max_length=80)
    value = models.CharField(_("数值"), max_length=80)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    clause = models.CharField(_("条款"), max_length=80)
    source = models.CharField(_("出处"), max_length=200)
    status = models.CharField(_("核对状态"), max_length=10, choices=Status.choices,
                              default=Status.SECONDARY)
    why = models.CharField(_("理由"), max_length=400)
    by = models.CharField(_("登记人"), max_length=128, blank=True)
    at = models.DateTimeField(_("登记时间"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=128, blank=True)
    withdrawn_why = models.CharField(_("撤回原因"), max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "name", "since"])]
        ordering = ["name", "-since", "-id"]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class RulesVersion(models.Model):
    """One row, counted up with every override entered or withdrawn, so that books are read anew."""

    version = models.BigIntegerField(default=0)
