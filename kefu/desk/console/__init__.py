"""The agents' console: server-rendered pages with htmx; every page says who may see it."""
