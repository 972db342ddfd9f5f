"""Addresses of points, packets, quarantine, gateway, commands and imports."""

from django.urls import path, register_converter

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
from .views.address import ShortNumber

register_converter(ShortNumber, "number")

app_name = "telemetry"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("search/", overview.search, name="search"),
    path("pulse/", overview.pulse, name="pulse"),
    path("points/<number:pk>/", point.point_page, name="point"),
    path("points/<number:pk>/live/", point.point_live, name="point-live"),
    path("points/<number:pk>/series.json", point.series_json, name="point-series"),
    path("points/<number:pk>/readings.<str:form>", export.export, name="point-export"),
    path("points/<number:pk>/evidence/", evidence.evidence, name="evidence"),
    path("points/<number:pk>/packets/", packets.packet_list, name="packets"),
    path("points/<number:pk>/packets/<number:seq>/", packets.packet, name="packet"),
    path("points/<number:pk>/packets/<number:seq>/raw", packets.download, name="packet-raw"),
    path("quarantine/", quarantine.quarantine_list, name="quarantine"),
    path("quarantine/<number:pk>/", quarantine.entry, name="quarantine-entry"),
    path("quarantine/<number:pk>/packets/<number:seq>/", quarantine.sample,
         name="quarantine-packet"),
    path("quarantine/<number:pk>/replay/", quarantine.replay, name="quarantine-replay"),
    path("quarantine/<number:pk>/dismiss/", quarantine.dismiss, name="quarantine-dismiss"),
    path("quarantine/<number:pk>/factor/", quarantine.add_factor, name="quarantine-factor"),
    path("commands/", commands.command_list, name="commands"),
    path("commands/new/", commands.new, name="command-new"),
    path("commands/<number:pk>/", commands.command, name="command"),
    path("imports/", imports.imports, name="import"),
    path("imports/example.csv", imports.example, name="import-example"),
    path("imports/<number:pk>/rejects.csv", imports.rejects, name="import-rejects"),
    path("gateway/", gateway.gateway, name="gateway"),
]
