"""What an operator does to a set-up: the change of keys. Serves no member, and prints nothing itself."""
