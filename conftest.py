"""Settings that every test run shares, the notebooks' own kernels included."""

import os
import tempfile

# A developer's own progress must neither be changed by a test nor be seen in a notebook.
os.environ["OPSLAB_HOME"] = tempfile.mkdtemp(prefix="opslab-test-")

# The workers and their kernels share the cores: threads of a matrix library's own only get in their way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
