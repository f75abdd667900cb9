# One image for the api, the worker, the gateway and the migrations: they are one code base with several entries.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
ENV ONNXRUNTIME_NODE_INSTALL=skip NX_DAEMON=false
RUN npm ci --no-audit --no-fund \
 && npx nx run-many -t build --outputStyle=static \
 && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends bubblewrap \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /graft && chown node:node /graft
COPY --from=build /app /app
ARG GRAFT_CODE_REVISION=unknown
ENV NODE_ENV=production GRAFT_HOME=/graft GRAFT_CODE_REVISION=$GRAFT_CODE_REVISION
USER node
WORKDIR /app
VOLUME /graft
CMD ["node", "backend/api/dist/main.js"]
