"""A mock Zuora server for tests."""

__version__ = "0.1.0"
