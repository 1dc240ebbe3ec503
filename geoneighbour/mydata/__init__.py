"""A member's own data: all of it to take away, all of it deleted. What a table holds about members it declares by its foreign keys."""
