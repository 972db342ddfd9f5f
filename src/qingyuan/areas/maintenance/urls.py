"""Addresses of duties, plans, tasks and work orders."""

from django.urls import path

from .views import duties

app_name = "maintenance"
urlpatterns = [
    path("duties/", duties.matrix, name="duties"),
    path("duties/list/", duties.duty_list, name="duty-list"),
    path("duties/list.<str:form>", duties.export, name="duty-export"),
    path("duties/items/<str:key>/", duties.duty, name="duty"),
]
