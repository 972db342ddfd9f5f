"""Addresses of attachments."""

from django.urls import path

from . import views

app_name = "files"
urlpatterns = [
    path("files/", views.keep, name="keep"),
    path("files/<sha256:sha256>/", views.file, name="file"),
]
