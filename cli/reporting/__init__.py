"""`platewatch report`: what laws have an agency report, a page of numbers for everybody, and stops."""
