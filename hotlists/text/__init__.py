"""Lists as text: lines, tables, fixed columns and JSON, and what makes entries of their rows."""
