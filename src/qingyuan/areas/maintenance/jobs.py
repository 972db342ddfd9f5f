"""What the worker does for maintenance: letters that were not answered."""

from qingyuan.areas.organisations.jobs import Periodic

from .orders import silence


def lapse_letters() -> str:
    """Letters whose term has passed, where silence consents."""
    done = silence.lapse()
    return f"{done} letters" if done else ""


JOBS = (Periodic("lapse_letters", 600, lapse_letters),)
