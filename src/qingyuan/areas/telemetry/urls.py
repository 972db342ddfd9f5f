"""Addresses of points, packets, quarantine, gateway, commands and imports."""

from django.urls import path

from .views import export, gateway, overview, packets, point

app_name = "telemetry"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("search/", overview.search, name="search"),
    path("pulse/", overview.pulse, name="pulse"),
    path("points/<int:pk>/", point.point_page, name="point"),
    path("points/<int:pk>/live/", point.point_live, name="point-live"),
    path("points/<int:pk>/series.json", point.series_json, name="point-series"),
    path("points/<int:pk>/readings.<str:form>", export.export, name="point-export"),
    path("points/<int:pk>/packet-at/", point.packet_at, name="packet-at"),
    path("points/<int:pk>/packets/", packets.packet_list, name="packets"),
    path("points/<int:pk>/packets/<int:seq>/", packets.packet, name="packet"),
    path("points/<int:pk>/packets/<int:seq>/raw", packets.download, name="packet-raw"),
    path("gateway/", gateway.gateway, name="gateway"),
]
