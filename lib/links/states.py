"""States of a checked URL, importable without models."""

ALIVE, DEAD, UNKNOWN = "alive", "dead", "unknown"
