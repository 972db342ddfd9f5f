"""What the worker does for the stations."""

from qingyuan.areas.organisations.jobs import Periodic

from .export import write_registry


def export_registry() -> str:
    """Write the registry file if a change was committed and its export failed, or a consent's or
    link's day has come."""
    return "written" if write_registry() else ""


JOBS = (Periodic("export_registry", 60, export_registry),)
