"""Addresses of report tables, statistics and the hours that rates are made of."""

from django.urls import path

from .views import rate_hours, report_tables, statistics

app_name = "reports"
urlpatterns = [
    path("points/<number:pk>/reports/<slug:level>/", report_tables.report_page, name="report"),
    path("points/<number:pk>/reports/<slug:level>.<str:form>", report_tables.report_file,
         name="report-file"),
    path("reports/", report_tables.report_list, name="reports"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.<str:form>", statistics.statistics_file, name="statistics-file"),
    path("statistics/why/", statistics.statistics_why, name="statistics-why"),
    path("points/<number:pk>/rates/", rate_hours.rate_hours, name="rate-hours"),
    path("points/<number:pk>/rates.<str:form>", rate_hours.rate_hours_file,
         name="rate-hours-file"),
]
