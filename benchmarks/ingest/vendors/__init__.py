"""The part `vendors`: what is posted, to the disk and to matched reads."""
