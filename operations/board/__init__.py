"""The alerts on a person's screen: what stands, what comes, and the pictures. Every look is written down."""
