"""Addresses of periodic reports."""

from django.urls import path

from . import views

app_name = "periodic"
urlpatterns = [
    path("reports/periodic/", views.report_list, name="reports"),
    path("reports/periodic/<number:pk>/", views.report_page, name="report"),
    path("reports/periodic/<number:pk>.<str:form>", views.report_file, name="report-file"),
    path("reports/periodic/<number:pk>/charts/<number:at>/<number:n>.png", views.chart,
         name="chart"),
]
