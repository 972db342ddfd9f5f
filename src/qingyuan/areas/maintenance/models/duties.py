"""Which duties a company has, and when each of its systems was last done.

Instants are epoch milliseconds, days China calendar days.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.organisations.models import Organisation


class DutySetChoice(models.Model):
    """A set that a company has switched on or off; without a row the set's own default holds."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    set = models.CharField(_("项目集"), max_length=32)
    on = models.BooleanField(_("启用"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "set"], name="one_choice_a_set"),
        ]
        ordering = ["organisation_id", "set"]


class OwnDuty(models.Model):
    """A duty that a company added itself. ``facts`` are the entries of a duty file
    (``standards.duty_entries``), checked by the same loader; ``key`` begins with ``own.``."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    key = models.CharField(_("编号"), max_length=64)
    facts = models.JSONField()
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_own_duty_a_key"),
        ]
        ordering = ["organisation_id", "key"]

    def __str__(self) -> str:
        return str(self.facts.get("name") or self.key)


class DutyClock(models.Model):
    """One duty of one system under one unit: last real finish and when it is due again.

    ``since`` is the day from which a duty never done counts. ``due_at`` is the first instant that
    is too late. ``source`` is the clause of the interval that decided.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    system = models.ForeignKey(MonitoringSystem, models.PROTECT, related_name="clocks")
    duty = models.CharField(max_length=64)
    since = models.DateField()
    done_at = models.BigIntegerField(null=True)
    done_day_only = models.BooleanField(default=False)  # of an import: the time of day is unknown
    done_by = models.CharField(_("依据"), max_length=120, blank=True)  # "record:12", a document
    opens = models.DateField()
    due = models.DateField()
    due_at = models.BigIntegerField()
    source = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)  # False: no longer asked of the system

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["point", "system", "duty", "organisation"], name="one_clock_a_duty"),
        ]
        indexes = [models.Index(fields=["organisation", "active", "due"])]
        ordering = ["point_id", "system_id", "duty"]


class DutyFinish(models.Model):
    """That duties of a system were really done, and by what it is known: a clock is the newest of
    these that is not withdrawn, so that voiding a record sets it back to what remains."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    system = models.ForeignKey(MonitoringSystem, models.PROTECT, related_name="finishes")
    duties = models.JSONField()  # keys
    done_at = models.BigIntegerField()
    day_only = models.BooleanField(default=False)
    done_by = models.CharField(max_length=120)  # "record:12", a document
    withdrawn_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "done_by", "system"], name="one_finish_a_source"),
        ]
        indexes = [models.Index(fields=["system", "-done_at"])]
        ordering = ["system_id", "-done_at"]
