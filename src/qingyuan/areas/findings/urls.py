"""Addresses of findings."""

from django.urls import path

from . import views

app_name = "findings"
urlpatterns = [
    path("findings/", views.finding_list, name="findings"),
    path("findings/many/", views.many, name="finding-many"),
    path("findings/table.<str:form>", views.export, name="finding-export"),
    path("findings/<number:pk>/", views.finding_page, name="finding"),
]
