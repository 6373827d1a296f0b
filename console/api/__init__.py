"""The API: documented, versioned, with errors as problem details."""
