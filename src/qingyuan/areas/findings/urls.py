"""Addresses of findings."""

from django.urls import path

from .views import directives, findings, rates, rules, silences

app_name = "findings"
urlpatterns = [
    path("findings/", findings.finding_list, name="findings"),
    path("findings/many/", findings.many, name="finding-many"),
    path("findings/table.<str:form>", findings.export, name="finding-export"),
    path("findings/rates/", rates.rate_page, name="finding-rates"),
    path("findings/rates/table.<str:form>", rates.export, name="finding-rate-export"),
    path("findings/silences/", silences.silence_list, name="silences"),
    path("findings/silences/new/", silences.new, name="silence-new"),
    path("findings/silences/<number:pk>/end/", silences.end, name="silence-end"),
    path("findings/rules/", rules.rule_list, name="finding-rules"),
    path("findings/rules/<number:pk>/clear/", rules.clear, name="finding-rule-clear"),
    path("findings/rules/<slug:kind>/", rules.rule_page, name="finding-rule"),
    path("findings/<number:pk>/", findings.finding_page, name="finding"),
    path("directives/", directives.directive_list, name="directives"),
    path("directives/table.<str:form>", directives.export, name="directive-export"),
    path("directives/new/", directives.new, name="directive-new"),
    path("directives/<number:pk>/", directives.directive_page, name="directive"),
    path("directives/<number:pk>/edit/", directives.edit, name="directive-edit"),
    path("directives/<number:pk>/files/<sha256:sha256>/", directives.file, name="directive-file"),
]
