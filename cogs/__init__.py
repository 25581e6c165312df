"""The Discord face: one file for each thing that a member does there, and the door through which jobs answer."""
