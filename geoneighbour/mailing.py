"""Mails that wait in the database and are sent by the worker."""
