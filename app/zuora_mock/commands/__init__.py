"""What the command does besides serving: a module for each, imported when it is asked for."""
