from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Config(AppConfig):
    name = "qingyuan.areas.organisations"
    label = "organisations"

    def ready(self) -> None:
        """Each area brings the words of its acts."""
        autodiscover_modules("history_words")
