"""How an installation is: looked at without changing anything, whatever of it is away."""
