"""The terminal face: the `song` and `doctor` commands. The terminal is one member in one place."""
