"""What works all the time: the contract, and how it is run and ended."""
