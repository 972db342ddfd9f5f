"""Samples in the index of words."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.search import index, kinds

from .models import Sample

kinds.bring("sample", gettext_lazy("送检样品"), "see_samples", "droplet")


def put(samples: Iterable[Sample]) -> None:
    """By number, point, people, factors, bottles and report."""
    index.put_many(index.Put(
        row.organisation_id, "sample", f"sample:{row.pk}",
        _("样品 %s") % f"{row.number} {row.point.name}", " ".join([
            row.point.organisation.name, row.taken_by, row.laboratory.name if row.laboratory else
            "", *(str(one.get("name", "")) for one in (*row.holds, *row.results)), row.bottle,
            *row.parallels, row.preservative, row.report_no, row.note]),
        reverse("laboratory:sample", args=[row.pk]), row.taken_at, row.point_id,
    ) for row in samples)
