from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Config(AppConfig):
    name = "qingyuan.areas.search"
    label = "search"

    def ready(self) -> None:
        """Each area's ``indexing.py`` names what can be found of it."""
        autodiscover_modules("indexing")
