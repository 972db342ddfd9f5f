"""Addresses of capability."""

from django.urls import URLPattern

app_name = "capability"
urlpatterns: list[URLPattern] = []
