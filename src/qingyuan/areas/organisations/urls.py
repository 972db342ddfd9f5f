"""Addresses of signing in and out."""

from django.urls import path

from . import views

app_name = "organisations"
urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("act-for/", views.choose, name="choose"),
]
