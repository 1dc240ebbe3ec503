"""What partners owe for whom the service sends them: clicks without names, conversions they report, a ledger nobody edits."""
