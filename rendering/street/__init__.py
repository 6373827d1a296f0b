"""A street as a camera on a driving car sees it."""
