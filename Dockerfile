# The worker of `llc batch`, without PyTorch. Not built yet: see CONTRIBUTING.md.
#
#   docker build -t llcodec .
#   docker run --shm-size 2g -v "$PWD:/data" llcodec encode /data/dark -o /data/small
#
# On a cluster, run `ray start` in the same image on every node: `--entrypoint ray`.
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY llcodec llcodec
COPY weights weights
RUN python -m venv /opt/llcodec \
    && /opt/llcodec/bin/pip install --no-cache-dir ".[scale]" ./weights

FROM python:3.12-slim
COPY --from=build /opt/llcodec /opt/llcodec
RUN useradd --create-home --uid 10001 llc
ENV PATH="/opt/llcodec/bin:$PATH" \
    PYTHONUNBUFFERED=1
USER llc
WORKDIR /home/llc
ENTRYPOINT ["llc", "batch"]
CMD ["--help"]
