"""The auditor's pages: who did what, whether it is as it was written, and what deserves a question."""
