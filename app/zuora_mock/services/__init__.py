"""Use cases: what a call, a job or a test may ask for, each inside one transaction."""
