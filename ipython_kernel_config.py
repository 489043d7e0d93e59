"""Settings of the course's kernel, read when it starts.

JupyterLab writes the kernel's version of Python into each notebook that it opens. If the notebook holds
another, it counts as changed before anybody has touched it, and asks to be saved. The course's notebooks hold
"3", and so its kernel says "3", whichever Python 3 runs it.
"""

from ipykernel.ipkernel import IPythonKernel

IPythonKernel.language_info["version"] = "3"
