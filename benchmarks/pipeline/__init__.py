"""Reads on a topic to alerts at a subscriber: how soon, how many a second, and what each of them costs."""
