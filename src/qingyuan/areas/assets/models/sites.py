"""The places: offices, station houses, where a point lies, who looks after it, how to get in.

Days are China calendar days, ``until`` included. Positions are degrees in WGS 84.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation, User

from .facilities import ENDS_AFTER_START
from .stations import MonitoringPoint


class Office(models.Model):
    """A unit's office in a prefecture (地州市) or 兵团 city; ``area`` is its code (GB/T 2260,
    6 digits)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="offices")
    name = models.CharField(_("办事处名称"), max_length=64)
    area = models.CharField(_("地州市"), max_length=6)
    address = models.CharField(_("地址"), max_length=128, blank=True)
    phone = models.CharField(_("电话"), max_length=32, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_office_a_name"),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="office_ends_after_start"),
        ]
        ordering = ["area", "name"]

    def __str__(self) -> str:
        return self.name


class OfficeMember(models.Model):
    """The office that a person works from."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="members")
    person = models.ForeignKey(User, models.PROTECT, related_name="offices")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        ordering = ["office_id", "since"]


class StationHouse(models.Model):
    """The house that the analysers of one or several points stand in."""

    discharger = models.ForeignKey(Organisation, models.PROTECT, related_name="houses")
    name = models.CharField(_("站房名称"), max_length=64)
    floor_area = models.FloatField(_("面积（m²）"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["discharger", "name"], name="one_house_a_name"),
        ]
        ordering = ["discharger_id", "name"]

    def __str__(self) -> str:
        return self.name


class PointPlace(models.Model):
    """Where a point lies and how near one has to be to be there. ``area`` is the prefecture or
    兵团 city (6 digits); "" for the discharger's."""

    point = models.OneToOneField(MonitoringPoint, models.PROTECT, related_name="place")
    house = models.ForeignKey(
        StationHouse, models.PROTECT, null=True, blank=True, related_name="places")
    area = models.CharField(_("地州市"), max_length=6, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    fence = models.PositiveIntegerField(_("签到半径（m）"), default=300)
    directions = models.CharField(_("到达路线"), max_length=400, blank=True)

    def __str__(self) -> str:
        return str(self.point)


class PointLabel(models.Model):
    """The code that the label at the point carries. It says nothing and cannot be guessed."""

    point = models.OneToOneField(MonitoringPoint, models.PROTECT, related_name="label")
    code = models.CharField(max_length=16, unique=True)
    printed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code


class LedgerOpening(models.Model):
    """From ``since`` until ``until`` whoever reads the point's label sees its ledger without
    signing in. Only the discharger, whose point it is, opens it."""

    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="openings")
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    reason = models.CharField(_("事由"), max_length=200)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since"]


class PointKeeper(models.Model):
    """Who of a unit looks after a point (运维责任人), or stands in (backup)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="keepers")
    person = models.ForeignKey(User, models.PROTECT, related_name="kept_points")
    backup = models.BooleanField(_("备岗"), default=False)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_START, name="keeper_ends_after_start"),
        ]
        indexes = [models.Index(fields=["organisation", "person"])]
        ordering = ["point_id", "backup", "-since"]


class EntryKind(models.TextChoices):
    PERSON_PERMIT = "person_permit", _("人员入厂证")
    VEHICLE_PERMIT = "vehicle_permit", _("车辆入厂证")
    SAFETY_TRAINING = "safety_training", _("入厂安全培训")
    HEIGHT = "height", _("高处作业证")
    ELECTRICIAN = "electrician", _("电工证")
    GATE_HOURS = "gate_hours", _("入厂时段")
    ESCORT = "escort", _("须厂方陪同")
    NO_PHOTO = "no_photo", _("禁止拍照区")
    GEAR = "gear", _("劳保用品")
    OTHER = "other", _("其他")


PERMITS = (EntryKind.PERSON_PERMIT, EntryKind.VEHICLE_PERMIT, EntryKind.SAFETY_TRAINING,
           EntryKind.HEIGHT, EntryKind.ELECTRICIAN)
"""Conditions that a person or vehicle meets by a permit with an end."""


class EntryCondition(models.Model):
    """What a site asks of whoever comes: of all the discharger's points, or of one."""

    discharger = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(
        MonitoringPoint, models.PROTECT, null=True, blank=True, related_name="entry_conditions")
    kind = models.CharField(_("条件"), max_length=16, choices=EntryKind.choices)
    opens = models.TimeField(_("开始时刻"), null=True, blank=True)  # of gate hours, China time
    closes = models.TimeField(_("结束时刻"), null=True, blank=True)
    contact = models.CharField(_("联系人及电话"), max_length=64, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_START, name="entry_ends_after_start"),
        ]
        ordering = ["discharger_id", "point_id", "kind"]


class EntryPermit(models.Model):
    """A person's or vehicle's permit: to one discharger's site, or everywhere (a certificate)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("证件"), max_length=16, choices=EntryKind.choices)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="entry_permits")
    vehicle = models.CharField(_("车牌号"), max_length=16, blank=True)
    discharger = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField(_("编号"), max_length=64, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    sha256 = models.CharField(_("扫描件"), max_length=64, blank=True)  # of files.Attachment

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ ~models.Q(vehicle=""),
                name="permit_of_person_or_vehicle"),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="permit_ends_after_start"),
        ]
        ordering = ["organisation_id", "kind", "until"]
