"""`/v1/action/*`."""
