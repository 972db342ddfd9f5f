"""Print the page ``docs/findings.md``."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from qingyuan.areas.findings.kinds_page import page


class Command(BaseCommand):
    help = "the page docs/findings.md, made from the table of kinds"

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            self.stdout.write("\n".join(page()))
