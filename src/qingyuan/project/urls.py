"""Addresses. Every area brings its own; ``/healthz`` speaks for all processes."""

from django.urls import include, path

from qingyuan.project import health
from qingyuan.project.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("", include("qingyuan.areas.organisations.urls")),
    path("", include("qingyuan.areas.files.urls")),
    path("", include("qingyuan.areas.assets.urls")),
    path("", include("qingyuan.areas.rules.urls")),
    path("", include("qingyuan.areas.telemetry.urls")),
    path("", include("qingyuan.areas.reports.urls")),
    path("", include("qingyuan.areas.maintenance.urls")),
    path("", include("qingyuan.areas.records.urls")),
    path("", include("qingyuan.areas.notices.urls")),
    path("", include("qingyuan.areas.findings.urls")),
    path("", include("qingyuan.areas.parameters.urls")),
    path("", include("qingyuan.areas.watch.urls")),
    path("", include("qingyuan.areas.supervision.urls")),
    path("", include("qingyuan.areas.people.urls")),
    path("", include("qingyuan.areas.conduct.urls")),
    path("", include("qingyuan.areas.documents.urls")),
    path("", include("qingyuan.areas.means.urls")),
    path("", include("qingyuan.areas.laboratory.urls")),
    path("", include("qingyuan.areas.supplies.urls")),
    path("", include("qingyuan.areas.materials.urls")),
    path("", include("qingyuan.areas.search.urls")),
    path("", include("qingyuan.areas.capability.urls")),
    path("", include("qingyuan.areas.overview.urls")),
    path("", include("qingyuan.areas.periodic.urls")),
    path("", include("qingyuan.areas.waste.urls")),
    path("", include("qingyuan.areas.summaries.urls")),
    path("", include("qingyuan.areas.bundles.urls")),
    path("", include("qingyuan.areas.analysis.urls")),
]
