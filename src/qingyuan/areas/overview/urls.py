"""Addresses of the manager's page and of archives."""

from django.urls import path

from . import views

app_name = "overview"
urlpatterns = [
    path("overview/", views.overview, name="dashboard"),
    path("archives/", views.archives, name="archives"),
    path("dischargers/<number:pk>/archive/", views.discharger_archive, name="archive"),
    path("dischargers/<number:pk>/archive.<str:form>", views.archive_list, name="archive-list"),
]
