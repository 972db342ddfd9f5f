"""Addresses of the station registry."""

from django.urls import path

from .views import imports, links, stations

app_name = "assets"
urlpatterns = [
    path("stations/", stations.station_list, name="stations"),
    path("stations/new/", stations.new, name="station-new"),
    path("stations/import/", imports.upload, name="station-import"),
    path("stations/import/template.xlsx", imports.template, name="station-template"),
    path("stations/<int:pk>/", stations.station, name="station"),
    path("stations/<int:pk>/edit/", stations.edit, name="station-edit"),
    path("stations/<int:pk>/links/new/", links.add_link, name="link-new"),
    path("stations/<int:pk>/links/<int:link>/end/", links.end_link, name="link-end"),
    path("stations/<int:pk>/consents/new/", links.add_consent, name="consent-new"),
    path("stations/<int:pk>/consents/<int:consent>/withdraw/", links.withdraw_consent,
         name="consent-withdraw"),
    path("points/<int:pk>/edit/", stations.edit_point, name="point-edit"),
]
