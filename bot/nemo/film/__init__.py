"""The render queue and the film: submit, watch, fetch. Never makes a second render for one key."""
