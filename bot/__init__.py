"""The program behind the face: settings, the NemoVideo client, flows, media and the terminal."""
