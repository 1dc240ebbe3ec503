"""Open pages hear of alerts at once: a process of its own that holds them, so that no web worker does (`geoneighbour live`)."""
