"""Who exists: organisations, people, their roles, and what they did."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who signs in. ``name`` is how colleagues call them; names reach 64 characters."""

    first_name = None
    last_name = None
    name = models.CharField(_("姓名"), max_length=64, blank=True)
    phone = models.CharField(_("手机"), max_length=32, blank=True)

    def get_full_name(self) -> str:
        return self.name or self.username

    get_short_name = get_full_name

    def __str__(self) -> str:
        return self.get_full_name()


class OrganisationKind(models.TextChoices):
    OM_UNIT = "om_unit", _("运维单位")
    DISCHARGER = "discharger", _("排污单位")
    ASSOCIATION = "association", _("协会")
    REGULATOR = "regulator", _("监管部门")


class Organisation(models.Model):
    """An O&M unit, a discharger, the association or a regulator."""

    kind = models.CharField(_("类型"), max_length=16, choices=OrganisationKind.choices)
    name = models.CharField(_("名称"), max_length=128)
    # Code of the administrative area (GB/T 2260); a regulator sees what lies below its own prefix.
    area = models.CharField(_("行政区划代码"), max_length=12, blank=True)
    realtime_days = models.PositiveIntegerField(_("实时数据保留天数"), null=True, blank=True)
    active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_organisation_a_name"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    MANAGER = "manager", _("运维负责人")
    ENGINEER = "engineer", _("运维人员")
    SUPERVISOR = "supervisor", _("督查人员")
    REVIEWER = "reviewer", _("后台审核人员")
    STOREKEEPER = "storekeeper", _("库管员")
    ANALYST = "analyst", _("实验室人员")
    DISCHARGER_MANAGER = "discharger_manager", _("排污单位环保负责人")
    OFFICER = "officer", _("协会备案员")
    INSPECTOR = "inspector", _("监管人员")
    ADMINISTRATOR = "administrator", _("系统管理员")


class Membership(models.Model):
    """A person's role in an organisation; nobody sees anything without one."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], name="one_membership_a_role"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation} · {self.get_role_display()}"


class AuditLine(models.Model):
    """One act of one person. Written in the act's own transaction, sealed by the worker."""

    at = models.BigIntegerField()  # epoch milliseconds, UTC
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128)  # as the person was called that day
    role = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)  # model label of the object, "assets.datalogger"
    object_id = models.CharField(max_length=64)
    object_name = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    sequence = models.BigIntegerField(null=True)  # place in the organisation's chain
    link = models.CharField(max_length=64, blank=True)  # SHA-256: previous link, this line

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sequence"], name="one_line_a_place"),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"]),
            models.Index(fields=["id"], condition=models.Q(sequence=None), name="audit_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.verb} {self.object_name}"


class Job(models.Model):
    """A periodic job's claim: the worker whose conditional update changes the row does the work."""

    name = models.CharField(max_length=64, primary_key=True)
    due_at = models.BigIntegerField(default=0)  # epoch seconds
    claimed_until = models.BigIntegerField(default=0)
    claimed_by = models.CharField(max_length=64, blank=True)


class JobRun(models.Model):
    """What a job did, for the log page."""

    name = models.CharField(max_length=64)
    started_at = models.BigIntegerField()
    seconds = models.FloatField()
    ok = models.BooleanField()
    result = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["name", "-started_at"])]


class SignInFailure(models.Model):
    """A failed sign-in of the last minutes; ten of one account and address lock it for a while."""

    account = models.CharField(max_length=150)
    address = models.CharField(max_length=64, blank=True)
    at = models.BigIntegerField()  # epoch milliseconds

    class Meta:
        indexes = [models.Index(fields=["account", "address", "at"], name="sign_in_failure")]


class ApiToken(models.Model):
    """A secret that lets a program act as one membership; only its SHA-256 is kept."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="tokens")
    name = models.CharField(_("用途"), max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.BigIntegerField()  # epoch milliseconds
    used_at = models.BigIntegerField(null=True)
    until = models.DateField(_("有效期至"), null=True, blank=True)
    withdrawn_at = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["membership_id", "-created_at"]

    def __str__(self) -> str:
        return self.name
