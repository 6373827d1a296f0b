"""Reads in the forms that other systems speak; what goes where is data beside the code."""
