"""The laboratory with its certificate, scope and people, and the comparison samples that go there.
Instants are epoch milliseconds, days China calendar days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation, User


class Ownership(models.TextChoices):
    OWN = "own", _("自有")
    CONTRACTED = "contracted", _("委托")


class Laboratory(models.Model):
    """``since``/``until``: from when to when the unit works with it, both included."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=128)
    ownership = models.CharField(_("性质"), max_length=12, choices=Ownership.choices)
    address = models.CharField(_("地址"), max_length=128, blank=True)
    contact = models.CharField(_("联系人和电话"), max_length=64, blank=True)
    days = models.PositiveSmallIntegerField(_("出结果天数"), default=5)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "name"], name="one_laboratory_a_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Accreditation(models.Model):
    """A CMA certificate. A renewal is a new row, so that every day keeps what held on it."""

    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="accreditations")
    cma_no = models.CharField(_("CMA 证书编号"), max_length=64)
    issued = models.DateField(_("发证日期"))
    cma_expires = models.DateField(_("有效期至"))
    scan = models.CharField(max_length=64, blank=True)  # sha256
    by = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["laboratory", "cma_no", "cma_expires"], name="one_row_a_cma_certificate")]
        ordering = ["-cma_expires", "-id"]

    def __str__(self) -> str:
        return self.cma_no


class ScopeLine(models.Model):
    """One parameter with the method by which the laboratory may determine it."""

    laboratory = models.ForeignKey(Laboratory, models.CASCADE, related_name="lines")
    parameter = models.CharField(_("项目"), max_length=64)
    code = models.CharField(max_length=16, blank=True)  # of HJ 212-2017, "" for one it has not
    method = models.CharField(_("方法"), max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["laboratory", "parameter", "method"], name="one_line_a_parameter_and_method")]
        ordering = ["laboratory_id", "id"]

    def __str__(self) -> str:
        return f"{self.parameter} {self.method}"


class LabPerson(models.Model):
    """Somebody who analyses, with what qualifies them."""

    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="people")
    name = models.CharField(_("姓名"), max_length=64)
    qualification = models.CharField(_("资格或授权项目"), max_length=128, blank=True)
    number = models.CharField(_("证书编号"), max_length=64, blank=True)
    expires = models.DateField(_("有效期至"), null=True, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        ordering = ["laboratory_id", "name", "id"]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    TAKEN = "taken", _("已采样")
    IN_TRANSIT = "in_transit", _("送样途中")
    RECEIVED = "received", _("在实验室")
    ANALYSED = "analysed", _("已分析")
    REPORTED = "reported", _("已出报告")
    LOST = "lost", _("遗失")
    INVALID = "invalid", _("作废")


class Sample(models.Model):
    """``factors`` are codes of HJ 212-2017; ``holder`` has it now; ``holds`` is what the times of
    keeping were when it was taken: [{code, name, hours, preservative, cite, status}];
    ``hold_until`` the earliest of them; ``due``: the day the laboratory promised its result for;
    ``needed``: the day by which whoever took it needs that; ``results``: [{code, name, value,
    unit, method}]. ``told``: the warning of which people have been told."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(_("样品编号"), max_length=32)
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    record_ref = models.CharField(max_length=64, blank=True)
    laboratory = models.ForeignKey(
        Laboratory, models.PROTECT, null=True, blank=True, related_name="samples")
    factors = models.JSONField(default=list)
    bottle = models.CharField(_("样品瓶"), max_length=64, blank=True)
    parallels = models.JSONField(_("平行样瓶"), default=list, blank=True)
    preservative = models.CharField(_("保存方法"), max_length=128, blank=True)
    taken_at = models.BigIntegerField(_("采样时间"))
    taken_by = models.CharField(_("采样人"), max_length=128)
    taker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    holder = models.CharField(max_length=128)
    holds = models.JSONField(default=list, blank=True)
    hold_until = models.BigIntegerField(null=True)
    needed = models.DateField(_("最迟需要结果"), null=True, blank=True)
    due = models.DateField(_("约定出结果"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.TAKEN)
    received_at = models.BigIntegerField(null=True)
    analysed_at = models.BigIntegerField(null=True)
    reported_at = models.BigIntegerField(null=True)
    results = models.JSONField(default=list, blank=True)
    report_no = models.CharField(_("报告编号"), max_length=64, blank=True)
    report = models.CharField(max_length=64, blank=True)  # sha256
    why = models.CharField(_("原因"), max_length=200, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    told = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "number"], name="one_sample_a_number")]
        indexes = [
            models.Index(fields=["organisation", "state", "hold_until"]),
            models.Index(fields=["organisation", "record_ref"]),
        ]
        ordering = ["-taken_at", "-id"]

    def __str__(self) -> str:
        return self.number


class CustodyEntry(models.Model):
    """One passing from hand to hand; never changed. ``who`` is the account that signed."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="custody")
    at = models.BigIntegerField(_("时间"))
    giver = models.CharField(_("交出人"), max_length=128)
    taker = models.CharField(_("接收人"), max_length=128)
    state = models.CharField(max_length=12, choices=State.choices)
    condition = models.CharField(_("样品状态"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128)
    entered_at = models.BigIntegerField()

    class Meta:
        ordering = ["sample_id", "at", "id"]
