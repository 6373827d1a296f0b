"""What other vendors' readers post: the server in a run, and the way from its inbox to the recorder."""
