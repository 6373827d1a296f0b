"""How long what is kept, what goes next, and the proofs of purges."""
