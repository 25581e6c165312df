"""An answer over /run_sse: bytes to events, events to values, values to a reply. Sends a wish once, shows nothing."""
