"""Addresses of parameters."""

from django.urls import path

from .views import filings, listing, points

app_name = "parameters"
urlpatterns = [
    path("parameters/", listing.parameter_list, name="parameters"),
    path("parameters/export.<slug:form>", listing.export, name="parameter-export"),
    path("parameters/filings/", listing.filing_list, name="filings"),
    path("parameters/filings/<number:pk>/", filings.filing_page, name="parameter-filing"),
    path("parameters/filings/<number:pk>/edit/", filings.edit, name="filing-edit"),
    path("parameters/filings/<number:pk>/files/<sha256:sha256>/", filings.proof,
         name="filing-file"),
    path("points/<number:pk>/parameters/", points.point_page, name="point-parameters"),
    path("points/<number:pk>/parameters/new/", filings.new, name="filing-new"),
    path("points/<number:pk>/parameters/read/", points.reading_new, name="reading-new"),
    path("points/<number:pk>/parameters/readings/<number:reading>/<sha256:sha256>/",
         points.photo, name="reading-file"),
]
