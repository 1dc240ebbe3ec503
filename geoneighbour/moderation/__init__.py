"""What members report, and what becomes of it: cases, acts that nobody can rewrite, appeals (docs/moderation.md)."""
