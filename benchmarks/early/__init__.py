"""Early reads: how often their texts are changed, and how soon their alerts are stored."""
