"""Where parts lie: stores and vans, and machines lent to a point."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, Office
from qingyuan.areas.organisations.models import Organisation, User

from .ledger import Batch


class StoreKind(models.TextChoices):
    STORE = "store", _("备件库")
    VAN = "van", _("车载备件")


class Store(models.Model):
    """``own`` and ``shared`` answer 4.6.1.1 (none: nobody has said). Days are China days, ``until``
    included."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=64)
    kind = models.CharField(
        _("类型"), max_length=8, choices=StoreKind.choices, default=StoreKind.STORE)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办事处"))
    keeper = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("保管人"))
    own = models.BooleanField(_("本单位所有"), null=True)
    shared = models.BooleanField(_("与其他单位共用"), null=True)
    since = models.DateField(_("启用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_store_a_name"),
        ]
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class LoanOut(models.Model):
    """A machine with a serial number that stands at a point for a while. Its pieces leave the store
    by an issue with ref ``loan:<id>`` and come back by a return."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="loans")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    since = models.DateField(_("借出日期"))
    due = models.DateField(_("应还日期"))
    returned = models.DateField(_("归还日期"), null=True)
    reason = models.CharField(_("事由"), max_length=200)
    by = models.CharField(max_length=128)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch"], condition=models.Q(returned=None),
                                    name="one_loan_a_machine"),
        ]
        ordering = ["-since", "-id"]

    def __str__(self) -> str:
        return f"{self.batch.part} {self.batch.serial}"
