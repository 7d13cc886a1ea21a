"""The independent verifier (独立审计): installable alone, it needs nothing of the server."""
