ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_COMPILE=1
WORKDIR /src
COPY .requirements .requirements
RUN pip install --quiet --require-hashes -r .requirements/build.txt \
 && python -m venv --without-pip /opt/zuora-mock \
 && pip --python /opt/zuora-mock/bin/python install --quiet --require-hashes -r .requirements/runtime.txt
COPY . .
RUN pip wheel --quiet --no-deps --no-index --no-build-isolation --wheel-dir /wheels . \
 && pip --python /opt/zuora-mock/bin/python install --quiet --no-deps --no-index /wheels/*.whl \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/zuora-mock/lib

FROM python:${PYTHON}-slim
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="zuora-mock" \
      org.opencontainers.image.description="A mock Zuora billing server for tests; not for production" \
      org.opencontainers.image.version="${VERSION}"
# The base image ships its standard library uncompiled, which would cost each start a second. Nobody may write here later.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x '/(test|idlelib|lib2to3|tkinter|turtledemo|ensurepip|site-packages|dist-packages)/' \
      "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
 && mkdir --mode=1777 /data
COPY --from=build /opt/zuora-mock /opt/zuora-mock
ENV PATH=/opt/zuora-mock/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ZUORA_MOCK_HOST=0.0.0.0
WORKDIR /data
VOLUME /data
EXPOSE 9867
USER 65532:65532
# A probe costs 20 ms. Without a start period the first one comes after the interval, with one after five seconds unless
# --start-interval is given, which not every builder knows.
HEALTHCHECK --interval=1s --timeout=3s --retries=10 CMD ["/opt/zuora-mock/bin/python", "-m", "zuora_mock.health"]
ENTRYPOINT ["zuora-mock"]
