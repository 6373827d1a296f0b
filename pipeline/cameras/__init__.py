"""Cameras, from their pictures to finished reads in the queue."""
