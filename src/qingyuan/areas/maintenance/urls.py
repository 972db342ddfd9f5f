"""Addresses of duties and record forms."""

from django.urls import path

from .views import duties, form_page, forms

app_name = "maintenance"
urlpatterns = [
    path("duties/", duties.matrix, name="duties"),
    path("duties/list/", duties.duty_list, name="duty-list"),
    path("duties/list.<str:form>", duties.export, name="duty-export"),
    path("duties/items/<str:key>/", duties.duty, name="duty"),
    path("forms/", forms.form_list, name="forms"),
    path("forms/<str:code>/", form_page.form_page, name="form"),
    path("forms/<str:code>/live/", form_page.live, name="form-live"),
    path("forms/<str:code>/print/", forms.paper, name="form-print"),
]
