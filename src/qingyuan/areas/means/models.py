"""What a unit has beside its people: papers, offices and rooms, vehicles, tools (4.1, 4.2, 4.7).

Days are China calendar days, the last one included.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.organisations.models import Organisation, User


class PaperKind(models.TextChoices):
    LICENCE = "licence", _("营业执照")
    QUALITY = "quality", _("GB/T 19001 质量管理体系")
    GRADE_WATER = "grade_water", _("运维能力评价（废水）")
    GRADE_GAS = "grade_gas", _("运维能力评价（废气）")
    CMA = "cma", _("CMA 资质认定")
    FILING = "filing", _("备案")
    OTHER = "other", _("其他")


class UnitPaper(models.Model):
    """A paper of the unit. Of a licence ``scope_text`` is the business scope, and ``covers`` what a
    person (``covers_by``, ``covers_on``) has read in it; of a filing ``issued`` is its acceptance.
    A renewal is a row of its own."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=12, choices=PaperKind.choices)
    number = models.CharField(_("编号"), max_length=64, blank=True)
    grade = models.CharField(_("等级"), max_length=32, blank=True)
    issuer = models.CharField(_("发证单位"), max_length=128, blank=True)
    issued = models.DateField(_("发证（受理）日期"))
    expires = models.DateField(_("有效期至"), null=True, blank=True)
    scope_text = models.TextField(_("经营范围"), blank=True)
    covers = models.BooleanField(_("经营范围含自动监测运维"), null=True, blank=True)
    covers_by = models.CharField(max_length=128, blank=True)
    covers_on = models.DateField(null=True, blank=True)
    scan = models.CharField(max_length=64, blank=True)  # sha256
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(
            condition=models.Q(expires=None) | models.Q(expires__gte=models.F("issued")),
            name="paper_ends_after_issue")]
        indexes = [models.Index(fields=["organisation", "kind", "-issued"])]
        ordering = ["kind", "-issued", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()


class Premises(models.Model):
    """The rooms that an office rents or owns, with their area and the proof of it."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="premises")
    area_m2 = models.DecimalField(_("面积（m²）"), max_digits=9, decimal_places=2)
    lease = models.CharField(_("租赁合同或产权证编号"), max_length=64, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    scan = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="premises_have_area"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="premises_end_after_start")]
        ordering = ["office_id", "-since"]


class RoomKind(models.TextChoices):
    STATION = "station", _("站房")
    OFFICE = "office", _("办公")
    LAB = "lab", _("实验室")
    STORE = "store", _("备件库")
    ARCHIVE = "archive", _("档案室")


class Room(models.Model):
    """A room as it was last looked at: ``suitable`` for its use (temperature, humidity, power,
    order), by whom and when; None while nobody has looked."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="rooms")
    kind = models.CharField(_("用途"), max_length=8, choices=RoomKind.choices)
    name = models.CharField(_("房间"), max_length=64)
    suitable = models.BooleanField(_("环境适宜"), null=True)
    looked_on = models.DateField(_("检查日期"), null=True, blank=True)
    looked_by = models.CharField(max_length=128, blank=True)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "name"], name="one_room_a_name")]
        ordering = ["office_id", "kind", "name"]

    def __str__(self) -> str:
        return self.name


class Vehicle(models.Model):
    """A vehicle and the office that it is based at."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    plate = models.CharField(_("车牌"), max_length=16)
    model = models.CharField(_("车型"), max_length=64, blank=True)
    office = models.ForeignKey(Office, models.PROTECT, related_name="vehicles")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    inspection_until = models.DateField(_("年检有效期至"), null=True, blank=True)
    insurance_until = models.DateField(_("保险有效期至"), null=True, blank=True)
    odometer = models.PositiveIntegerField(_("里程（km）"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "plate"], name="one_vehicle_a_plate"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="vehicle_ends_after_start")]
        ordering = ["office_id", "plate"]

    def __str__(self) -> str:
        return self.plate


class UseState(models.TextChoices):
    ASKED = "asked", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    OUT = "out", _("使用中")
    BACK = "back", _("已归还")
    CANCELLED = "cancelled", _("已取消")


class VehicleUse(models.Model):
    """A vehicle wanted, out and back. Instants are epoch milliseconds, ``since`` to ``until`` the
    time asked for."""

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="uses")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    purpose = models.CharField(_("事由"), max_length=200)
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=UseState.choices, default=UseState.ASKED)
    decided_by = models.CharField(max_length=128, blank=True)
    decided_why = models.CharField(max_length=200, blank=True)
    out_at = models.BigIntegerField(null=True)
    out_km = models.PositiveIntegerField(_("出车里程（km）"), null=True)
    back_at = models.BigIntegerField(null=True)
    back_km = models.PositiveIntegerField(_("回车里程（km）"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="use_ends_after_start"),
            models.CheckConstraint(
                condition=models.Q(back_km=None) | models.Q(back_km__gte=models.F("out_km")),
                name="mileage_does_not_fall")]
        indexes = [models.Index(fields=["vehicle", "-since"])]
        ordering = ["-since", "-id"]


class Tool(models.Model):
    """``kind``: the systems it serves, "" for both."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(_("编号"), max_length=32)
    name = models.CharField(_("名称"), max_length=64)
    model = models.CharField(_("型号"), max_length=64, blank=True)
    kind = models.CharField(_("适用"), max_length=8, blank=True, choices=[
        ("", _("废气和废水")), ("gas", _("废气")), ("water", _("废水"))])
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    metrology_number = models.CharField(_("检定（校准）证书编号"), max_length=64, blank=True)
    metrology_until = models.DateField(_("检定有效期至"), null=True, blank=True)
    scan = models.CharField(max_length=64, blank=True)
    retired_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_tool_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Lending(models.Model):
    """Who has a tool. Instants are epoch milliseconds."""

    tool = models.ForeignKey(Tool, models.PROTECT, related_name="lendings")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    lent_at = models.BigIntegerField()
    due = models.DateField(_("应还"))
    returned_at = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["tool"], condition=models.Q(returned_at=None), name="one_borrower_a_tool")]
        ordering = ["-lent_at"]
