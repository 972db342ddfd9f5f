"""What can be found by its words. The bottom of the house: whoever is indexed is named by plain
numbers and texts, so that no arrow points up."""

from django.db import models

from qingyuan.areas.organisations.models import Organisation


class Entry(models.Model):
    """One findable thing of an organisation. ``ref`` is its own ("record:12"), ``link`` where it
    is read, ``at`` its time in epoch milliseconds, ``point_id`` the point it belongs to. The words
    of ``title`` and ``text`` lie in the database's own index beside it (``store``), written in the
    same transaction."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    ref = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    link = models.CharField(max_length=200)
    at = models.BigIntegerField()
    point_id = models.BigIntegerField(null=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "kind", "ref"], name="one_entry_a_thing")]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.title


class Cursor(models.Model):
    """How far a job that fills the index has come."""

    name = models.CharField(max_length=64, primary_key=True)
    place = models.BigIntegerField(default=0)
