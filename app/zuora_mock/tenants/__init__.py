"""Tenants: made, filled, copied, put back; who may enter them."""
