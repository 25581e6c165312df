"""Words: where a member's words are meant to go, what the backend's words mean here, a timeline in one line. Sends nothing."""
