"""What holds for every test: starts and collections of garbage cost no more than they must."""

import gc
import os

# Where this is set each start compiles every module anew. Read by the processes that are started from here on.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Python looks for cycles at every 700 new values, over all modules and pages that live: a sixth of the time of the screens' tests.
gc.set_threshold(100_000, 20, 20)
