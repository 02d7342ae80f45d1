"""What a database raises that is no fault of ours."""

from __future__ import annotations


class StorageTrouble(Exception):
    """What was to be written could not be, and nothing of it remains; the text says why."""


class DuplicateRow(Exception):
    """A row has the key of another one."""


class UnusableDatabase(Exception):
    """The database cannot be used; the text says why, and what to do."""
