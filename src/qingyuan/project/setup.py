"""Start-up of everything that uses the database."""

import os
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured


class BadSetting(Exception):
    """A setting is wrong; the message says what to set."""


def configure(data: Path | None = None) -> None:
    """Point Django at a data directory and load it. BadSetting with a sentence when it cannot."""
    if data is not None:
        os.environ["QINGYUAN_DATA"] = str(Path(data).absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingyuan.project.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise BadSetting(str(error)) from None


def prepare(data: Path | None = None) -> None:
    """Bring an installation, which may be empty, up to this release: schema, factor dictionary,
    registry file. Any number of processes may call it at once and again."""
    configure(data)
    from django.conf import settings

    from qingyuan.areas.assets.export import exclusive, write_registry
    from qingyuan.areas.telemetry.factors import sync_factors

    with exclusive(settings.PLACES.root / "prepare.lock"):
        _migrate()
        sync_factors()
        write_registry()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import DEFAULT_DB_ALIAS, connections
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        # An installation that is up to date costs one query and no writing.
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise BadSetting(f"the database cannot be used: {str(error).strip()}") from None
