"""Pictures that strangers send, made anew. `clean` decodes them: in confined processes alone."""
