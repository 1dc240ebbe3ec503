"""A territory to try things out on: invented residents of a sketched Saint-Malo, Dinard and Dinan."""

EMAIL, PASSWORD = "demo@exemple.fr", "voisinage-demo"
"""What one logs in with."""
