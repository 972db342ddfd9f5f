from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.supplies"
    label = "supplies"

    def ready(self) -> None:
        from qingyuan.areas.organisations.references import register

        from .references import shown

        register("loan", shown)
