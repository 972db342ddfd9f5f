"""Addresses of capability."""

from django.urls import path

from . import pages, scenario_pages

app_name = "capability"
urlpatterns = [
    path("capability/", pages.capability, name="capability"),
    path("capability/table.<str:form>", pages.export, name="capability-export"),
    path("capability/levels/", pages.levels, name="levels"),
    path("capability/forecast/", pages.forecast_page, name="forecast"),
    path("capability/scenarios/", scenario_pages.scenarios, name="scenarios"),
    path("capability/scenarios/<number:pk>/", scenario_pages.scenario, name="scenario"),
    path("capability/<slug:code>/", pages.check, name="check"),
]
