"""A stranger's package, which has nothing to do with ours but its name."""
