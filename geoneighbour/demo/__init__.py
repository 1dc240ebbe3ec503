"""A territory to try things out on: invented residents of a sketched Saint-Malo, Dinard and Dinan."""

EMAIL, PASSWORD = "demo@exemple.fr", "voisinage-demo"
"""What one logs in with."""
OPERATOR_EMAIL, AGENT_EMAIL = "operateur@exemple.fr", "mairie@exemple.fr"
"""Who looks after everything, and who does in the commune of Saint-Malo; the same password."""
NEIGHBOURS, NEIGHBOURS_IN = ("voisin@exemple.fr", "voisine@exemple.fr"), "Le Sillon"
"""Two residents of one neighbourhood, proved by letter: they may vouch for whoever signs up there; the same password."""
