"""The Discord face: one file per thing that a member or an admin does."""
