# Two images. `services`: any role of the order system, which is the command. `tools`: what makes secrets, tables and
# orders before them. A service has one file with exactly the code it runs, and neither the seeder nor its libraries.
FROM node:24-bookworm-slim AS packages
WORKDIR /headroom
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY contracts contracts
COPY sut sut

FROM packages AS bundle
# Packages that call `require` find one.
RUN node_modules/.bin/esbuild sut/main.ts --bundle --platform=node --target=node24 --format=esm --legal-comments=none \
  --log-level=warning --banner:js='import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' \
  --outfile=sut/main.mjs

FROM node:24-bookworm-slim AS services
WORKDIR /headroom
ENV NODE_ENV=production
# Its version.
COPY package.json ./
COPY --from=bundle /headroom/sut/main.mjs sut/main.mjs
USER node
ENTRYPOINT ["node", "sut/main.mjs"]
CMD ["--role", "all"]

FROM packages AS tools
COPY plan plan
COPY engines engines
COPY generators generators
COPY cli cli
COPY plan.yaml ./
USER node
ENTRYPOINT ["node"]
