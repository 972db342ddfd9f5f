"""Addresses of the book of rules."""

from django.urls import path, register_converter

from .views import citations, overrides, provision, provisions


class Entry:
    """A primary key in a path, of so many digits at most that the databases' integers hold it."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Entry, "entry")

app_name = "rules"
urlpatterns = [
    path("rules/", provisions.provision_list, name="provisions"),
    path("rules/provisions.<str:form>", provisions.export, name="export"),
    path("rules/citations/", citations.citation_list, name="citations"),
    path("rules/items/<str:name>/", provision.provision, name="provision"),
    path("rules/items/<str:name>/clause/", provision.drawer, name="provision-drawer"),
    path("rules/items/<str:name>/override/", overrides.override, name="override"),
    path("rules/items/<str:name>/overrides/<entry:pk>/withdraw/", overrides.withdraw,
         name="override-withdraw"),
]
