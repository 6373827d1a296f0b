"""Reports that laws ask for, stops, and the numbers that everybody may know."""
