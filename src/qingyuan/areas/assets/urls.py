"""Addresses of the station registry, of what measures at the points, and of the contracts."""

from django.urls import path

from .views import contracts, facilities, facility_imports, imports, links, stations

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
    path("points/<int:pk>/facilities/", facilities.of_point, name="point-facilities"),
    path("points/<int:pk>/facilities/new/", facilities.new_system, name="system-new"),
    path("facilities/", facilities.facility_list, name="facilities"),
    path("facilities/import/", facility_imports.upload, name="facility-import"),
    path("facilities/import/rejects.xlsx", facility_imports.rejects, name="facility-rejects"),
    path("facilities/import/template.xlsx", facility_imports.template, name="facility-template"),
    path("facilities/export.xlsx", facility_imports.export, name="facility-export"),
    path("systems/<int:pk>/edit/", facilities.edit_system, name="system-edit"),
    path("systems/<int:pk>/end/", facilities.end_system, name="system-end"),
    path("systems/<int:pk>/instruments/new/", facilities.new_instrument, name="instrument-new"),
    path("instruments/<int:pk>/edit/", facilities.edit_instrument, name="instrument-edit"),
    path("instruments/<int:pk>/replace/", facilities.replace_instrument,
         name="instrument-replace"),
    path("instruments/<int:pk>/end/", facilities.end_instrument, name="instrument-end"),
    path("instruments/<int:pk>/ranges/new/", facilities.new_range, name="range-new"),
    path("contracts/", contracts.contract_list, name="contracts"),
    path("contracts/new/", contracts.new, name="contract-new"),
    path("contracts/<int:pk>/", contracts.contract, name="contract"),
    path("contracts/<int:pk>/end/", contracts.end, name="contract-end"),
    path("contracts/<int:pk>/number/", contracts.number, name="contract-number"),
]
