ALIVE, DEAD, UNKNOWN = "alive", "dead", "unknown"
