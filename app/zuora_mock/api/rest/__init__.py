"""The newer REST calls."""
