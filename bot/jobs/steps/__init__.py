"""The steps of a job, one module each. A step that was begun by an earlier process is begun again: each one says how."""
