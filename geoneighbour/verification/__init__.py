"""Proving where one lives: by a letter, by neighbours, by a document; what the connection says, which proves nothing."""
