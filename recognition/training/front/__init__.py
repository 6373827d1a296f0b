"""Training of the network that tells where the plate in front ends."""
