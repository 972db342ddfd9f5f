"""Addresses of points, packets, quarantine, gateway, commands and imports."""

from django.urls import path

from .views import (
    commands,
    evidence,
    export,
    gateway,
    imports,
    overview,
    packets,
    point,
    quarantine,
)

app_name = "telemetry"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("search/", overview.search, name="search"),
    path("pulse/", overview.pulse, name="pulse"),
    path("points/<int:pk>/", point.point_page, name="point"),
    path("points/<int:pk>/live/", point.point_live, name="point-live"),
    path("points/<int:pk>/series.json", point.series_json, name="point-series"),
    path("points/<int:pk>/readings.<str:form>", export.export, name="point-export"),
    path("points/<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("points/<int:pk>/packets/", packets.packet_list, name="packets"),
    path("points/<int:pk>/packets/<int:seq>/", packets.packet, name="packet"),
    path("points/<int:pk>/packets/<int:seq>/raw", packets.download, name="packet-raw"),
    path("quarantine/", quarantine.quarantine_list, name="quarantine"),
    path("quarantine/<int:pk>/", quarantine.entry, name="quarantine-entry"),
    path("quarantine/<int:pk>/packets/<int:seq>/", quarantine.sample, name="quarantine-packet"),
    path("quarantine/<int:pk>/replay/", quarantine.replay, name="quarantine-replay"),
    path("quarantine/<int:pk>/dismiss/", quarantine.dismiss, name="quarantine-dismiss"),
    path("quarantine/<int:pk>/factor/", quarantine.add_factor, name="quarantine-factor"),
    path("commands/", commands.command_list, name="commands"),
    path("commands/new/", commands.new, name="command-new"),
    path("commands/<int:pk>/", commands.command, name="command"),
    path("imports/", imports.imports, name="import"),
    path("imports/example.csv", imports.example, name="import-example"),
    path("imports/<int:pk>/rejects.csv", imports.rejects, name="import-rejects"),
    path("gateway/", gateway.gateway, name="gateway"),
]
