"""Zuora's face: the wire, and nothing but the wire."""
