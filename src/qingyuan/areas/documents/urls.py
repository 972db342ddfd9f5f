"""Addresses of documents."""

from django.urls import path

from . import pages, reading_pages

app_name = "documents"
urlpatterns = [
    path("documents/", pages.documents, name="documents"),
    path("documents/new/", pages.document_new, name="document-new"),
    path("documents/systems/", reading_pages.systems_page, name="systems"),
    path("documents/to-read/", reading_pages.to_read, name="to-read"),
    path("documents/offline/", reading_pages.offline, name="documents-offline"),
    path("documents/settings/", reading_pages.settings_page, name="document-settings"),
    path("documents/<number:pk>/", pages.document, name="document"),
    path("documents/<number:pk>/edit/", pages.document_edit, name="document-edit"),
    path("documents/<number:pk>/diff/", reading_pages.difference, name="document-diff"),
    path("documents/<number:pk>/offline/", reading_pages.offline, name="document-offline"),
    path("documents/<number:pk>/files/<sha256:sha256>/", reading_pages.file,
         name="document-file"),
]
