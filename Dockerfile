# The course in a container, from the lock file. On your own machine:
#   docker build -t opslab .
#   docker run --rm -p 127.0.0.1:8888:8888 -v opslab-work:/opt/opslab opslab     then open the link that it prints
# For a hub that starts containers (docs/hub/values.yaml), with the hub's own version:
#   docker build -t opslab-hub --build-arg HUB="jupyterhub==6.* nbgitpuller==1.*" .
FROM python:3.13-slim

ARG HUB=""

# What git fetches is the security team's newest for this Debian; a version would be gone after its next update.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*

# A hub lays a student's home over /home, so the course, which is data and package, lies elsewhere.
RUN useradd --create-home --uid 1000 student && install -d -o student /opt/opslab /opt/environment
USER 1000
WORKDIR /opt/opslab
COPY --chown=1000 . .
RUN python prepare.py /opt/environment \
    && if [ -n "$HUB" ]; then python -m pip --python /opt/environment install --no-cache-dir $HUB; fi \
    && rm -rf /home/student/.cache

ENV PATH="/opt/environment/bin:$PATH"
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--ServerApp.root_dir=/opt/opslab", "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb"]
