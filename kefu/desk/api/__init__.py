"""The desk's HTTP API for other systems, under /api/v1; OpenAPI at /docs."""
