"""A patrol car as its officer meets it: signing on, the alerts of the shift, what is said of them, offline too."""
