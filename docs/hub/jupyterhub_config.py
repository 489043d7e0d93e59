"""A hub for a rehearsal: on this machine alone, anybody whose name is listed gets in, homes in one folder.

Not for a class: who knows a name is let in, and all students' servers run as one user of the system.
"""

import json
import os
from pathlib import Path

told = json.loads(os.environ["REHEARSAL"])  # by rehearse.py
folder = Path(told["folder"])
c = get_config()  # noqa: F821  JupyterHub gives it

c.JupyterHub.bind_url = f"http://127.0.0.1:{told['ports'][0]}"
c.JupyterHub.hub_port = told["ports"][1]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{told['ports'][2]}"
c.ConfigurableHTTPProxy.command = [told["proxy"]]
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")

c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = set(told["students"])

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "homes" / "{username}")
c.Spawner.cmd = [told["server"]]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = (
    300  # a machine that does much else is slow, and no failure
)
c.Spawner.args = ["--allow-root"] if os.getuid() == 0 else []
# What a container would keep apart: settings and progress of whoever rehearses.
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL"]
