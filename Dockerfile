# Graupel in a container: the launcher and its workerd, over the volume /data, as the image's user `node`.
# demo/server/README.md says how to run it. workerd is built for glibc, which rules out images of Alpine.
FROM node:24-slim AS build
WORKDIR /graupel
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json wrangler.jsonc ./
COPY sdk sdk
COPY worker worker
RUN npm run build

FROM node:24-slim
WORKDIR /graupel
# Without .npmrc, which asks for the tools: here is only what runs.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
COPY demo/pages demo/pages
COPY --from=build /graupel/dist dist
# A volume takes over whose folder it is.
RUN mkdir -m 0700 /data && chown node:node /data
VOLUME /data
USER node
# On every address of the container; which of the machine's lead there, `docker run -p` says.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8787 GRAUPEL_DATA=/data GRAUPEL_DEMO=0
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Process 1 itself hears SIGTERM, and ends workerd within five seconds: `docker stop` waits ten.
CMD ["node", "dist/cli/graupel.js", "start", "--no-login"]
