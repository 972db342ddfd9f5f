"""Addresses of the unit file, vehicles and tools."""

from django.urls import path

from . import views

app_name = "means"
urlpatterns = [
    path("unit-file/", views.unit_file, name="unit-file"),
    path("unit-file/<number:pk>/", views.paper, name="paper"),
    path("unit-file/files/<sha256:sha256>/", views.file, name="file"),
    path("vehicles/", views.vehicles, name="vehicles"),
    path("vehicles/<number:pk>/", views.vehicle, name="vehicle"),
    path("tools/", views.tools, name="tools"),
    path("tools/<number:pk>/", views.tool, name="tool"),
]
