"""Addresses of commitments."""

from django.urls import path

from . import views

app_name = "conduct"
urlpatterns = [
    path("commitments/", views.register, name="commitments"),
    path("commitments/table.<str:form>", views.export, name="export"),
    path("commitments/sign/", views.sign, name="sign"),
    path("commitments/texts/", views.texts, name="texts"),
    path("commitments/<number:pk>/", views.commitment, name="commitment"),
    path("commitments/<number:pk>/signature/", views.drawn, name="drawn"),
]
