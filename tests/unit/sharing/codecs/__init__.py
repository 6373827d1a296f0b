"""Other systems' forms: what goes out is what they take, and comes back as it was."""
