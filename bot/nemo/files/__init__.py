"""What goes to the API: files from disk, and links that its server fetches. Reads no file into memory."""
