"""`/v1/object/*`."""
