"""How an invoice is split: what must hold, who gets what."""
