"""What Object Query may ask, from texts of a query string to a selection; no URL and no SQL here."""
