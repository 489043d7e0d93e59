"""Settings of `jupyter nbconvert`: `--to slides` and `--to html` write one file that needs no network.

Installed with the package, since Jupyter no longer looks for settings in the current folder.
"""

import sys

c = get_config()  # noqa: F821 (Jupyter gives this function to its settings)

# Words
MISSING = "opslab: {cause}; slides and pages will need a network. To mend it: pip install 'opslab[export]'"

try:
    from opslab.authoring.export import configure

    configure(c)
except ImportError as error:
    print(MISSING.format(cause=error), file=sys.stderr)
