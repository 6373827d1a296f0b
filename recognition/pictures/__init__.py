"""Pictures: checked, cut out, bordered, drawn into."""
