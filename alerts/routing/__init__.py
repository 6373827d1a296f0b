"""Where alerts go besides the agency's topic: rules, hours, and the ways out."""
