from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.laboratory"
    label = "laboratory"

    def ready(self) -> None:
        from qingyuan.areas.organisations.references import register

        from .references import shown

        register("sample", shown)
