"""Addresses of record forms, records, presence, desk and review."""

from django.urls import path

from .views import form_page, forms

app_name = "records"
urlpatterns = [
    path("forms/", forms.form_list, name="forms"),
    path("forms/<str:code>/", form_page.form_page, name="form"),
    path("forms/<str:code>/live/", form_page.live, name="form-live"),
    path("forms/<str:code>/print/", forms.paper, name="form-print"),
]
