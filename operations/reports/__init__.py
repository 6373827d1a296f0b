"""Reports that laws ask for, and the records that they need."""
