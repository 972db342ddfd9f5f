"""Print the page ``docs/findings.md``."""

import argparse
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings.table import page
from qingyuan.areas.rules.queries import national


class Command(BaseCommand):
    help = "the page docs/findings.md, made from the table of kinds"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--at", type=date.fromisoformat, default=None,
                            help="day on which the book is read (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            self.stdout.write(page(national(), options["at"] or today()), ending="")
