"""Use cases on Zuora's objects, each inside the caller's transaction."""
