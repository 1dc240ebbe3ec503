"""A geospatial neighbourhood service: who is near whom, and what each of them sees."""
