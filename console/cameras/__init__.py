"""Pages of the cameras: where they are and how, adding one, what one sees, and figures."""
