"""Parameters as filed, as read, and how they stand against each other. Instants are epoch
milliseconds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.organisations.models import Organisation, User


class FilingState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("已备案")
    REFUSED = "refused", _("已退回")
    SUPERSEDED = "superseded", _("已被替代")
    WITHDRAWN = "withdrawn", _("已撤回")


EDITABLE = (FilingState.DRAFT, FilingState.REFUSED)


class Filing(models.Model):
    """The parameters of a point, or of one of its systems, as they shall be from ``valid_from``
    on. In force is the approved one of its system that began last; approved ones are never
    changed."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="filings")
    system = models.ForeignKey(
        MonitoringSystem, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("状态"), max_length=12, choices=FilingState.choices,
                             default=FilingState.DRAFT)
    reason = models.CharField(_("变更原因"), max_length=400)
    files = models.JSONField(_("依据文件"), default=list, blank=True)  # SHA-256
    valid_from = models.BigIntegerField(_("生效时间"))
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(_("编制人"), max_length=128, blank=True)
    made_at = models.BigIntegerField()
    submitted_at = models.BigIntegerField(null=True)
    submitter = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_by = models.CharField(_("提交人"), max_length=128, blank=True)
    decided_at = models.BigIntegerField(null=True)
    decided_by = models.CharField(_("审批人"), max_length=128, blank=True)
    decision = models.CharField(_("审批意见"), max_length=400, blank=True)
    superseded_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["point", "state", "-valid_from"]),
            models.Index(fields=["organisation", "state", "-made_at"]),
        ]
        ordering = ["-valid_from", "-id"]

    def __str__(self) -> str:
        return f"{self.point} {self.get_state_display()}"


class FilingLine(models.Model):
    """One value. ``tolerance`` in its unit: by how much a device may differ, 0 for not at all."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=32)  # key of ``kinds.KINDS``
    factor = models.CharField(max_length=16, blank=True)  # 2017 code, "" for the point's own
    value = models.CharField(max_length=40)  # as printed; a range as 0-200
    unit = models.CharField(max_length=16, blank=True)
    tolerance = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "kind", "factor"], name="one_line_a_parameter"),
        ]
        ordering = ["filing_id", "factor", "kind"]


class Origin(models.TextChoices):
    WIRE = "wire", _("设备上报")
    PERSON = "person", _("现场查看")


class ParameterReading(models.Model):
    """A value that was read from ``first_at`` until ``last_at``, without another in between.
    ``ref`` is what tells it first: a packet (``frame:12``) or nothing; ``files`` are photos."""

    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    factor = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=32)
    value = models.CharField(max_length=40)
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField()
    source = models.CharField(_("来源"), max_length=8, choices=Origin.choices)
    ref = models.CharField(max_length=64, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    who = models.CharField(_("读数人"), max_length=128, blank=True)
    files = models.JSONField(_("照片"), default=list, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["point", "kind", "factor", "source", "-last_at"])]
        ordering = ["-last_at", "-id"]

    def __str__(self) -> str:
        return f"{self.point} {self.kind} {self.value}"


class ParameterStatus(models.Model):
    """How a point stood when it was last compared: for lists, and so that a matter is raised once.
    ``raised`` has the keys of what was found and the values that differed; ``unit`` is whom it was
    raised for."""

    point = models.OneToOneField(
        MonitoringPoint, models.CASCADE, related_name="parameter_status")
    unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    filed = models.PositiveIntegerField(default=0)  # parameters in force
    differs = models.PositiveIntegerField(default=0)
    unfiled = models.PositiveIntegerField(default=0)
    filed_from = models.BigIntegerField(null=True)
    read_at = models.BigIntegerField(null=True)
    compared_at = models.BigIntegerField(default=0)
    raised = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["compared_at"])]


class Cursor(models.Model):
    """The last packet that a reader of packets has seen."""

    name = models.CharField(max_length=32, unique=True)
    frame = models.BigIntegerField(default=0)
