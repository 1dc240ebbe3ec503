"""A territory to try things out on: invented residents of a sketched Saint-Malo, Dinard and Dinan."""
