"""Addresses of staff, certificates and training."""

from django.urls import path

from .views import importing, people, training

app_name = "people"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/table.<str:form>", people.export, name="export"),
    path("people/<number:pk>/", people.person, name="person"),
    path("people/<number:pk>/files/<sha256:sha256>/", people.scan, name="scan"),
    path("people/certificates/", people.certificates, name="certificates"),
    path("people/training/", training.training, name="training"),
    path("people/training/<number:pk>/", training.session, name="session"),
    path("people/import/", importing.import_page, name="import"),
    path("people/import/template.xlsx", importing.template, name="import-template"),
]
