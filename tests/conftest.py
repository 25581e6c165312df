"""What all tests and the processes that they start have in common: an environment in which a start costs little.

No test meets the world, so one certificate of nobody stands for its authorities: reading the hundred and fifty of a machine takes
20 ms each time that a client is made. What is trusted for a test is handed over by that test.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("nobody.pem"))
os.environ["OPENBLAS_NUM_THREADS"] = "1"            # a pool of threads for each process, which none has use for
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)     # hundreds of processes would compile the same modules again
