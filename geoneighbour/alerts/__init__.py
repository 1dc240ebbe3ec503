"""Alerts: posts that are brought to people. Whom, is the rule's; how, is each member's; once, is the ledger's (docs/alerts.md)."""
