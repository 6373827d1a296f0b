"""What stands before every page: limits, where a request comes from, and what a browser may do with the answer."""
