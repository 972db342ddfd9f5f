"""Addresses of search."""

from django.urls import path

from . import pages

app_name = "search"
urlpatterns = [path("search/", pages.search, name="search")]
