"""Django's entry for the shared look: base templates, template tags, static files."""

from django.apps import AppConfig
from django.urls import register_converter
from django.utils.module_loading import autodiscover_modules

from .address import ShortNumber


class UiConfig(AppConfig):
    name = "qingyuan.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """Addresses of all areas may have a ``<number:…>``; areas bring their rooms and states."""
        register_converter(ShortNumber, "number")
        autodiscover_modules("badges", "rooms")
