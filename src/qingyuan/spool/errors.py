"""What can go wrong in the spool, in words that say what to do."""


class SpoolError(Exception):
    """Base of the spool's errors."""


class SpoolLocked(SpoolError):
    """Another process writes to this directory."""


class RegistryError(SpoolError):
    """The registry file cannot be used; the message says where and what to do."""


class CommandError(SpoolError):
    """A command does not exist or cannot take this step."""
