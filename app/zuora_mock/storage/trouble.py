"""What a database raises that is no fault of ours."""

from __future__ import annotations


class StorageTrouble(Exception):
    """What was to be written could not be, and nothing of it remains; the text says why."""


class DuplicateRow(Exception):
    """A row has the key of another one."""


class UnusableDatabase(Exception):
    """The database cannot be used; the text says why, and what to do."""


class Elsewhere(Exception):
    """What another server has done, with which this one shares the database, goes before; nothing was done here.

    The text is the name of the tenant.
    """


class Held(Elsewhere):
    """It is in the middle of long work on the tenant."""


class Changed(Elsewhere):
    """It has changed the tenant."""


class Gone(Elsewhere):
    """It has removed the tenant."""
