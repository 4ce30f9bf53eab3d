"""The desk's HTTP API for other systems, under /api/v1; described at /docs and by /openapi.json."""
