"""Addresses of supervision."""

from django.urls import path

from . import pages, setup_pages

app_name = "supervision"
urlpatterns = [
    path("supervision/", pages.supervision, name="supervision"),
    path("supervision/table.<str:form>", pages.export, name="supervision-export"),
    path("supervision/problems/", pages.problems, name="problems"),
    path("supervision/problems/<number:pk>/", pages.problem_act, name="problem-act"),
    path("supervision/figures/", setup_pages.figures_page, name="figures"),
    path("supervision/figures.<str:form>", setup_pages.figures_export, name="figures-export"),
    path("supervision/plans/", setup_pages.plans, name="plans"),
    path("supervision/plans/<number:pk>/", setup_pages.plan_page, name="supervision-plan"),
    path("supervision/settings/", setup_pages.settings_page, name="supervision-settings"),
    path("supervision/templates/", setup_pages.template_list, name="templates"),
    path("supervision/templates/<slug:code>/", setup_pages.template_page, name="template"),
    path("supervision/<number:pk>/", pages.inspection_page, name="inspection"),
    path("supervision/<number:pk>/files/<sha256:sha256>/", pages.file, name="inspection-file"),
]
