# Two stages: the first compiles Annoy, the second contains only what runs. See docs/hosting/docker.md.
FROM python:3.11-slim-bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# Annoy's default flags target the processor that compiles it. These work on any processor of the architecture.
ENV ANNOY_COMPILER_ARGS=-O3,-ffast-math,-fno-associative-math,-fpermissive,-std=c++14,-DANNOYLIB_MULTITHREADED_BUILD
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.lock requirements-build.lock requirements-api.lock requirements-milvus.lock requirements-onnx.lock \
     requirements-large.lock ./
RUN pip install --require-hashes -r requirements-build.lock
RUN pip install --require-hashes --no-build-isolation --use-pep517 -r requirements.lock
# Extras that have a lock file: the REST API and Milvus, and two that are not in by default. `onnx` runs the model with ONNX Runtime, and
# `large` searches large collections in less time. --build-arg EXTRAS="" leaves all of them out.
ARG EXTRAS="api milvus"
RUN set -eu; for extra in $EXTRAS; do pip install --require-hashes -r "requirements-$extra.lock"; done
COPY . .
# Compile now, because the file system may be read-only at run time.
RUN python -m compileall -q devise_core ui pages
# Data sets to download and index, by the names that `fetch` knows: --build-arg COLLECTIONS="commons".
ARG COLLECTIONS=""
# Your e-mail address or web page, which Wikimedia Commons asks for.
ARG CONTACT=""
RUN set -eu; mkdir -p collections; \
    for name in $COLLECTIONS; do \
      python -m devise_core fetch "$name" --out /data --contact="${CONTACT:-}"; \
      python -m devise_core index "/data/$name" --name "$name"; \
    done; \
    rm -rf /data collections/.cache

FROM python:3.11-slim-bookworm
# The compiled parts of TensorFlow and Annoy need this library.
RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home --shell /usr/sbin/nologin semblance
COPY --from=builder /venv /venv
COPY --from=builder /app /app
WORKDIR /app
# The app writes only to /tmp, so the root file system may be read-only.
ENV PATH=/venv/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TF_CPP_MIN_LOG_LEVEL=2
USER 1000:1000
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.headless", "true", "--server.address", "0.0.0.0", "--server.port", "8501", \
     "--server.fileWatcherType", "none"]
