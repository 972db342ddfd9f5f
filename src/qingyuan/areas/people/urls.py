"""Addresses of staff, certificates and training."""

from django.urls import path

from .views import importing, people, training

app_name = "people"
urlpatterns = [
    path("staff/", people.people, name="people"),
    path("staff/table.<str:form>", people.export, name="export"),
    path("staff/<number:pk>/", people.person, name="person"),
    path("staff/<number:pk>/files/<sha256:sha256>/", people.scan, name="scan"),
    path("staff/certificates/", people.certificates, name="certificates"),
    path("staff/training/", training.training, name="training"),
    path("staff/training/new/", training.session_new, name="session-new"),
    path("staff/training/<number:pk>/", training.session, name="session"),
    path("staff/import/", importing.import_page, name="import"),
    path("staff/import/template.xlsx", importing.template, name="import-template"),
]
