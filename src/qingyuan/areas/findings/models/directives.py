"""Orders received from outside: 督办单, opinions of an inspection. Epoch milliseconds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation, User


class DirectiveKind(models.TextChoices):
    SUPERVISION = "supervision", _("督办单")
    INSPECTION = "inspection", _("检查意见")
    RECTIFICATION = "rectification", _("责令改正")
    DISCHARGER = "discharger", _("排污单位要求")
    OTHER = "other", _("其他")


class DirectiveState(models.TextChoices):
    OPEN = "open", _("待办理")
    REPLIED = "replied", _("已回复")
    CLOSED = "closed", _("已销号")


class Directive(models.Model):
    """``proof`` are digests of attachments: the paper itself, photos of what was mended, the
    stamped reply."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("类型"), max_length=16, choices=DirectiveKind.choices)
    source = models.CharField(_("来文单位"), max_length=128)
    number = models.CharField(_("文号"), max_length=64, blank=True)
    title = models.CharField(_("标题"), max_length=200)
    problem = models.TextField(_("存在问题"))
    points = models.ManyToManyField(MonitoringPoint, related_name="directives", blank=True)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField(_("收文日期"))
    deadline = models.DateField(_("办理期限"))
    state = models.CharField(
        max_length=8, choices=DirectiveState.choices, default=DirectiveState.OPEN)
    reply = models.TextField(_("办理情况"), blank=True)
    replied_at = models.BigIntegerField(null=True)
    replied_by = models.CharField(max_length=128, blank=True)
    closed_at = models.BigIntegerField(null=True)
    closed_why = models.CharField(_("销号依据"), max_length=200, blank=True)
    proof = models.JSONField(default=list, blank=True)
    finding = models.ForeignKey(
        "findings.Finding", models.PROTECT, null=True, blank=True, related_name="directives")
    by = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "state", "deadline"])]
        ordering = ["state", "deadline", "-id"]

    def __str__(self) -> str:
        return self.title


class DirectiveEntry(models.Model):
    """A line of its log."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="entries")
    at = models.BigIntegerField()
    who = models.CharField(max_length=128)
    verb = models.CharField(max_length=24)
    text = models.CharField(max_length=800, blank=True)
    files = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["directive_id", "at", "id"]
