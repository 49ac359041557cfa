# Debian 13 (the uWebSockets.js binary needs glibc 2.38, this is 2.41) and Node 24, the LTS line of November 2026.
# Pin both bases by digest for a reproducible image: --build-arg NODE_IMAGE=node:24-trixie-slim@sha256:…
ARG NODE_IMAGE=node:24-trixie-slim
ARG BASE_IMAGE=debian:trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# Debian has Hyperscan for amd64 only; Vectorscan is its port to the others.
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ pkg-config \
      $([ "$(uname -m)" = x86_64 ] && echo libhyperscan-dev || echo libvectorscan-dev)
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY native native
COPY src src
COPY tsconfig.json tsconfig.build.json ./
RUN npm run build:native && npm run build
# What this platform cannot load is most of the size.
RUN npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/uws-fallback \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} + \
 && find node_modules/uWebSockets.js -name 'uws_*.node' \
      ! -name "$(node -p '`uws_linux_${process.arch}_${process.versions.modules}.node`')" -delete

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="secure-llm-proxy" \
      org.opencontainers.image.description="Gateway between chat applications and LLM APIs that stops leaks while the tokens stream" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      $([ "$(uname -m)" = x86_64 ] && echo libhyperscan5 || echo libvectorscan5) \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --home-dir /app --no-create-home --shell /usr/sbin/nologin gateway \
 && install -d -o gateway -g gateway /app/data /var/cache/secure-llm-proxy
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/native/index.js /app/native/checksum.mjs native/
COPY --from=build /app/native/build native/build
COPY --from=build /app/dist dist
COPY models/harm/kinds.bin models/harm/model.bin models/harm/
COPY models/injection/model.bin models/injection/
COPY models/names/encoder.onnx models/names/model.bin.gz models/names/vocabulary.txt models/names/
COPY models/second-stage/model.onnx models/second-stage/vocabulary.txt models/second-stage/weights.json models/second-stage/
COPY LICENSE THIRD-PARTY.md ./
COPY config config
# A configuration mounted at this place takes the place of the demo.
COPY config/demo.yaml config.yaml
ENV NODE_ENV=production SECURE_LLM_PROXY_CACHE_DIR=/var/cache/secure-llm-proxy
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s CMD ["node", "dist/main.js", "health", "--config", "config.yaml"]
ENTRYPOINT ["/app/dist/main.js"]
CMD ["serve", "--config", "config.yaml"]
