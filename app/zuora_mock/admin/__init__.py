"""Our face: `/__admin`, with which a test steers its tenant."""
