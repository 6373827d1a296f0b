"""What a hostile afternoon does to the books: random kills during a run, against a run that nobody disturbs."""
