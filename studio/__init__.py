"""The studio: a self-contained service that makes songs and films of hummed clips and speaks the NemoVideo API."""
