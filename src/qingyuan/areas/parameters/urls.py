"""Addresses of parameters."""

from django.urls import URLPattern

app_name = "parameters"
urlpatterns: list[URLPattern] = []
