"""ZOQL: its grammar, and what a query selects."""
