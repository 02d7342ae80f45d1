"""How the newer REST calls refuse. `/v1/connections` does so already; the calls themselves are to come."""
