"""Zuora's rules, pure: no I/O, no clock, no ids made here."""
