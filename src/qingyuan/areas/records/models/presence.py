"""Who was where and when: check-in and check-out, and the house's entry log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.maintenance.models import Task, WorkOrder
from qingyuan.areas.organisations.models import Organisation, User


class PresenceKind(models.TextChoices):
    IN = "in", _("签到")
    OUT = "out", _("签退")


class Approval(models.TextChoices):
    NONE = "none", _("正常")
    PENDING = "pending", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")


class Presence(models.Model):
    """A check-in or check-out. ``phone_at`` is what the phone said, ``at`` when the server heard of
    it (epoch milliseconds); ``distance`` in m to the point's place, None where either is unknown.
    Off-site and late ones carry a reason and wait for approval."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, models.SET_NULL, null=True, blank=True, related_name="presence")
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="presence")
    kind = models.CharField(max_length=4, choices=PresenceKind.choices)
    client_id = models.CharField(max_length=40)
    phone_at = models.BigIntegerField()
    at = models.BigIntegerField()
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)
    distance = models.FloatField(null=True, blank=True)
    fence = models.PositiveIntegerField(null=True, blank=True)
    off_site = models.BooleanField(default=False)
    late = models.BooleanField(default=False)  # the phone's time lies well before the server's
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    photo = models.CharField(max_length=64, blank=True)  # sha256
    approval = models.CharField(max_length=8, choices=Approval.choices, default=Approval.NONE)
    approved_by = models.CharField(max_length=128, blank=True)
    approved_at = models.BigIntegerField(null=True)
    approved_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "client_id"], name="one_presence_a_client_id"),
        ]
        indexes = [
            models.Index(fields=["organisation", "approval"]),
            models.Index(fields=["point", "-phone_at"]),
            models.Index(fields=["person", "-phone_at"]),
        ]
        ordering = ["-phone_at", "-id"]


class HouseEntry(models.Model):
    """One line of a house's entry log; written by a check-in, or by hand for other visitors."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="house_entries")
    presence = models.OneToOneField(
        Presence, models.PROTECT, null=True, blank=True, related_name="entry")
    name = models.CharField(_("姓名"), max_length=64)
    company = models.CharField(_("单位"), max_length=128, blank=True)
    purpose = models.CharField(_("事由"), max_length=200, blank=True)
    came_at = models.BigIntegerField()
    left_at = models.BigIntegerField(null=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["point", "-came_at"])]
        ordering = ["-came_at", "-id"]
