"""The console as a server of this process: its certificate, its port, its stage."""
