"""Addresses of findings."""

from django.urls import path

from .views import findings, rules, silences

app_name = "findings"
urlpatterns = [
    path("findings/", findings.finding_list, name="findings"),
    path("findings/many/", findings.many, name="finding-many"),
    path("findings/table.<str:form>", findings.export, name="finding-export"),
    path("findings/silences/", silences.silence_list, name="silences"),
    path("findings/silences/new/", silences.new, name="silence-new"),
    path("findings/silences/<number:pk>/end/", silences.end, name="silence-end"),
    path("findings/rules/", rules.rule_list, name="finding-rules"),
    path("findings/rules/<number:pk>/clear/", rules.clear, name="finding-rule-clear"),
    path("findings/rules/<slug:kind>/", rules.rule_page, name="finding-rule"),
    path("findings/<number:pk>/", findings.finding_page, name="finding"),
]
