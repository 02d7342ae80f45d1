"""A test's own answers, in WireMock's mapping form: read, kept, matched against calls."""
