"""`python -m zuora_mock` is `zuora-mock`."""

from zuora_mock.cli import main

main(prog_name="zuora-mock")
