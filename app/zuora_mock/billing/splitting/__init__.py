"""Splitting invoices: submit, run, explain."""
