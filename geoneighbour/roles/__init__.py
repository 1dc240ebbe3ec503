"""What somebody may do beside being a member: granted by the command line or an operator, everywhere or in a commune."""
