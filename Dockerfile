# One image for every role of the order system, and for the seeder; the role is the command.
FROM node:24-bookworm-slim
WORKDIR /headroom
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY contracts contracts
COPY plan plan
COPY engines engines
COPY generators generators
COPY sut sut
COPY cli cli
COPY plan.yaml ./
USER node
ENTRYPOINT ["node"]
CMD ["sut/main.ts", "--role", "all"]
