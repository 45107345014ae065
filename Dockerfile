# The workflow with all that it installs, for a machine with a container engine:
#
#   docker build -t surveypipe .
#   docker run --rm --network none --user "$(id -u):$(id -g)" -e HOME=/tmp -v "$PWD:/study" surveypipe
#
# Building was not tried where this was written; a test holds versions and lists against the lock and CI.
FROM python:3.11.9-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 LANG=C.UTF-8

RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends git make r-base-core r-cran-survey \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/surveypipe
COPY requirements.lock ./
RUN python -m pip install --require-hashes -r requirements.lock
COPY . .
RUN python -m pip install --no-deps --no-build-isolation -e . \
    && useradd --create-home --uid 1000 researcher

USER researcher
WORKDIR /study
CMD ["snakemake", "--cores", "4"]
