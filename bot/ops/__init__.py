"""What an operator does to a set-up, and sees of it: keys, backup, restore, health. Serves no member, prints nothing itself."""
