"""What can be asked for, as plain async functions. No Discord, no HTTP, no SQL: what they need is handed to them."""
