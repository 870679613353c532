# One image for every role of the order system; the role is the command.
FROM node:24-bookworm-slim
WORKDIR /headroom
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY contracts contracts
COPY sut sut
USER node
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["sut/main.ts", "--role", "all"]
