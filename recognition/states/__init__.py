"""Which state issued a plate."""
