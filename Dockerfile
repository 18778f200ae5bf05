# A Continuo worker. Coding agents are not in it: build your own image from this one and add yours.
FROM node:22.20.0-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:22.20.0-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client procps \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner node --group node /data /project /tmp/symphony_workspaces
COPY --from=build /app/package.json /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
RUN ln -s /app/dist/continuo.js /usr/local/bin/continuo
ENV CONTINUO_DATA=/data
USER node
WORKDIR /project
ENTRYPOINT ["continuo"]
CMD ["up"]
