"""Addresses of the laboratory."""

from django.urls import path

from . import lab_pages, pages

app_name = "laboratory"
urlpatterns = [
    path("laboratory/", lab_pages.laboratories, name="laboratories"),
    path("laboratory/<number:pk>/", lab_pages.laboratory, name="laboratory"),
    path("laboratory/<number:pk>/files/<sha256:sha256>/", lab_pages.laboratory_file,
         name="laboratory-file"),
    path("samples/", pages.samples, name="samples"),
    path("samples/table.<str:form>", pages.export, name="samples-export"),
    path("samples/<number:pk>/", pages.sample, name="sample"),
    path("samples/<number:pk>/files/<sha256:sha256>/", pages.sample_file, name="sample-file"),
]
