"""Parts, what each fits, and the least that an office wants of it. Quantities are whole pieces of
the part's unit of measure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import Office, SystemKind, Technique
from qingyuan.areas.organisations.models import Organisation


class PartKind(models.TextChoices):
    """Consumables answer to 4.6.1.2, core spares to 4.6.1.3, standby machines to 4.6.1.1."""

    CONSUMABLE = "consumable", _("易损易耗品")
    CORE = "core", _("核心备件")
    TOOL = "tool", _("工器具")
    STANDBY = "standby", _("备机")


class Part(models.Model):
    """``per_set`` pieces are mounted in one system (套) that the part fits; ``lead_days`` calendar
    days lie between order and delivery."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=32)
    name = models.CharField(_("名称"), max_length=64)
    kind = models.CharField(_("类别"), max_length=12, choices=PartKind.choices)
    maker = models.CharField(_("厂商"), max_length=64, blank=True)
    model = models.CharField(_("型号"), max_length=64, blank=True)
    unit = models.CharField(_("计量单位"), max_length=8, default="件")
    per_set = models.PositiveIntegerField(_("每套用量"), default=1)
    lead_days = models.PositiveSmallIntegerField(_("到货期（天）"), default=0)
    active = models.BooleanField(_("在用"), default=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="one_part_a_code"),
        ]
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name


class Fit(models.Model):
    """A part fits instruments of a make and model, or systems of a kind and technique; an empty
    field asks nothing. ``full_replacement``: it replaces the original fully (4.6.1.3)."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="fits")
    maker = models.CharField(_("仪器厂商"), max_length=64, blank=True)
    model = models.CharField(_("仪器型号"), max_length=64, blank=True)
    kind = models.CharField(_("设施类型"), max_length=8, choices=SystemKind.choices, blank=True)
    technique = models.CharField(
        _("采样方式"), max_length=12, choices=Technique.choices, blank=True)
    full_replacement = models.BooleanField(_("可完全替代原件"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "maker", "model", "kind", "technique"], name="one_fit_a_machine"),
        ]
        ordering = ["part_id", "maker", "model", "id"]

    def __str__(self) -> str:
        words = (self.maker, self.model, self.get_kind_display() if self.kind else "",
                 self.get_technique_display() if self.technique else "")
        return " ".join(str(one) for one in words if one)


class Minimum(models.Model):
    """The least stock of a part that the unit wants in an office's stores."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="minimums")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("最低库存"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "office"], name="one_minimum_an_office"),
        ]
        ordering = ["part_id", "office_id"]
