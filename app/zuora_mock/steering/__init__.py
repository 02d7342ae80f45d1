"""What a test orders and asks: faults, the journal, verification, the ledger."""
