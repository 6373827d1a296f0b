"""What deploy/ gives to administrators is true of the programs that it is about."""
