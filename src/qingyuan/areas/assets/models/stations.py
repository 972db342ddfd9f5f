"""Outlets, monitoring points, data loggers, and who may do what to them.

Days are China calendar days, ``until`` included. Instants (``LoggerAssignment``) are half-open.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation

# On the wire an MN is 14 (2005) or 24 (2017, 2025) characters; firmware sends any length.
mn_text = RegexValidator(r"^[^\s;,=&#]{1,64}$", _("MN 不能含空格或 ; , = & # 字符，最长 64 位"))
hex_key = RegexValidator(r"^[0-9A-Fa-f]{32}$", _("SM4 密钥应为 32 位十六进制字符"))


class Medium(models.TextChoices):
    GAS = "gas", _("废气")
    WATER = "water", _("废水")


class Outlet(models.Model):
    """A stack or wastewater outlet of a discharger."""

    discharger = models.ForeignKey(Organisation, models.PROTECT, related_name="outlets")
    name = models.CharField(_("排放口名称"), max_length=64)
    code = models.CharField(_("排放口编号"), max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["discharger", "name"], name="one_outlet_a_name"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class MonitoringPoint(models.Model):
    """The place where an outlet is monitored."""

    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="points")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="points")
    name = models.CharField(_("点位名称"), max_length=64)
    kind = models.CharField(_("类型"), max_length=8, choices=Medium.choices)
    code = models.CharField(_("点位编号"), max_length=32, blank=True)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outlet", "name"], name="one_point_a_name"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The discharger and the point; once only where the point is called after it."""
        owner = self.organisation.name
        return self.name if self.name.startswith(owner) else f"{owner} · {self.name}"


class Edition(models.TextChoices):
    E2005 = "2005", "HJ/T 212-2005"
    E2017 = "2017", "HJ 212-2017"
    E2025 = "2025", "HJ 212-2025"


class Feed(models.TextChoices):
    DIRECT = "direct", _("数采仪直接上报")
    MIRROR = "mirror", _("镜像数据流")


class DataLogger(models.Model):
    """The box that sends HJ 212, known by its MN. Belongs to the discharger."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="loggers")
    mn = models.CharField("MN", max_length=64, unique=True, validators=[mn_text])
    password = models.CharField(_("访问密码"), max_length=64)
    edition = models.CharField(
        _("协议版本"), max_length=4, choices=Edition.choices, default=Edition.E2017
    )
    feed = models.CharField(_("数据来源"), max_length=8, choices=Feed.choices, default=Feed.DIRECT)
    maker = models.CharField(_("厂商"), max_length=64, blank=True)
    model = models.CharField(_("型号"), max_length=64, blank=True)
    serial = models.CharField(_("出厂编号"), max_length=64, blank=True)
    firmware = models.CharField(_("固件版本"), max_length=64, blank=True)
    sim_iccid = models.CharField("SIM ICCID", max_length=22, blank=True)
    sim_carrier = models.CharField(_("运营商"), max_length=32, blank=True)
    sim_plan_until = models.DateField(_("流量套餐到期"), null=True, blank=True)
    # Where the logger itself reports to, and where our gateway forwards its frames: "host:port".
    uploads = models.JSONField(_("上报地址"), default=list, blank=True)
    relays = models.JSONField(_("转发地址"), default=list, blank=True)
    relay_required = models.BooleanField(_("须等转发应答"), default=False)
    sm4_key = models.CharField(_("SM4 密钥"), max_length=32, blank=True, validators=[hex_key])
    sm4_key_date = models.DateField(_("密钥更新日期"), null=True, blank=True)
    realtime_seconds = models.PositiveIntegerField(_("实时数据间隔（秒）"), default=30)
    minute_minutes = models.PositiveSmallIntegerField(_("分钟数据间隔（分）"), default=10)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        ordering = ["mn"]

    def __str__(self) -> str:
        return self.mn


class LoggerAssignment(models.Model):
    """Frames of (MN, ST) whose DataTime lies in [since, until) belong to the point."""

    logger = models.ForeignKey(DataLogger, models.PROTECT, related_name="assignments")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="assignments")
    st = models.CharField(_("系统编码 ST"), max_length=8)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["logger", "st", "since"], name="one_link_a_start"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("since")),
                name="link_ends_after_start",
            ),
        ]
        ordering = ["logger_id", "st", "since"]


class ServiceContract(models.Model):
    """From ``since`` to ``until`` the unit operates the point; a discharger may be its own unit."""

    om_unit = models.ForeignKey(Organisation, models.PROTECT, related_name="contracts")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="contracts")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    number = models.CharField(_("合同编号"), max_length=64, blank=True)
    # Who set the end: what a discharger has ended, its unit cannot take up again by itself.
    ended_by = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["om_unit", "since"])]
        ordering = ["point_id", "since"]

    def __str__(self) -> str:
        return self.number or str(self.point)


class CommandConsent(models.Model):
    """The discharger's written consent to one remote command, without which none is sent."""

    logger = models.ForeignKey(DataLogger, models.PROTECT, related_name="consents")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="consents")
    cn = models.CharField(_("命令编码 CN"), max_length=8)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    document = models.CharField(_("同意书文号"), max_length=128)
    text = models.TextField(_("同意书内容"), blank=True)
    given_by = models.CharField(_("签署人"), max_length=64)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        ordering = ["logger_id", "cn", "since"]


class RoutingVersion(models.Model):
    """One row, counted up with every change of loggers or links, so that intake drops its cache."""

    version = models.BigIntegerField(default=0)
