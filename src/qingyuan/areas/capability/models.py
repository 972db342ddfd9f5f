"""What was said of a unit on a day, and what it would be if."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation, User


class Evaluation(models.Model):
    """The 21 verdicts as they were said on ``day``: ``verdicts`` as the API answers them, of the
    evidence what is not in order. A day keeps a row for each change of a verdict; while none
    changes its last row is brought up to date. ``passes`` has a letter a check, in order: y, n, ?.
    ``seen`` is the last audit line that the facts had in them, ``forecast`` the coming changes."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    day = models.DateField()
    said_at = models.BigIntegerField()  # epoch milliseconds
    digest = models.CharField(max_length=64)  # SHA-256 of facts and rules
    passes = models.CharField(max_length=32)
    verdicts = models.JSONField(default=list)
    forecast = models.JSONField(default=list)
    seen = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-day", "-said_at"])]
        ordering = ["-day", "-said_at", "-id"]

    def __str__(self) -> str:
        return f"{self.organisation} {self.day}"


class Scenario(models.Model):
    """What would change, as a list of ``whatif`` changes. ``planned``: it is going to happen, so
    that the forecast counts it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=64)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    changes = models.JSONField(default=list)
    planned = models.BooleanField(_("列为计划"), default=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "name"], name="one_scenario_a_name")]
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name
