// The gateway's configuration: the only address outside callers know. Pure text; whoever starts nginx writes it to a file
// and says where nginx may keep its pid and temporary files.

export interface NginxOptions {
  /** `127.0.0.1:8080`, or `8080` inside a container. */
  readonly listen: string
  readonly app: string
  readonly admin: string
}

/** Larger bodies are no checkout. They stay in memory, so that the workers never write a file. */
const BODY_LIMIT = '64k'

export function renderNginxConfig({ listen, app, admin }: NginxOptions): string {
  for (const value of [listen, app, admin]) assertPlain(value)
  return `# Rendered by sut/gateway/nginx.ts
worker_processes 1;
error_log stderr warn;

events {
  worker_connections 4096;
}

http {
  access_log off;
  default_type application/json;
  server_tokens off;
  tcp_nodelay on;

  keepalive_timeout 75s;
  keepalive_requests 1000000;
  client_header_timeout 10s;
  client_body_timeout 10s;
  client_max_body_size ${BODY_LIMIT};
  client_body_buffer_size ${BODY_LIMIT};
  send_timeout 10s;

  ${upstream('app', app)}
  ${upstream('admin', admin)}

  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Request-Id $request_id;
  proxy_connect_timeout 2s;
  proxy_send_timeout 10s;
  proxy_read_timeout 15s;
  proxy_buffers 16 32k;
  proxy_busy_buffers_size 64k;
  proxy_max_temp_file_size 0;
  # A request is sent on once: only its sender knows whether it may be sent again.
  proxy_next_upstream off;

  server {
    listen ${listen};
    server_name _;
    add_header X-Request-Id $request_id always;
    add_header X-Content-Type-Options nosniff always;

    location /v1/app/ { ${proxied('app')} }
    location /v1/admin/ { ${proxied('admin')} }
    location = /healthz { proxy_pass http://app; }
    location = /openapi.json { proxy_pass http://app; }
    location = /.well-known/headroom { proxy_pass http://app; }
    location = /metrics {
      allow 127.0.0.0/8;
      allow 10.0.0.0/8;
      allow 172.16.0.0/12;
      allow 192.168.0.0/16;
      deny all;
      proxy_pass http://app;
    }
    location / { return 404 ${errorBody('not-found', 'there is nothing at this address')}; }

    error_page 400 = @bad_request;
    error_page 403 = @forbidden;
    error_page 413 = @too_large;
    error_page 502 504 = @unavailable;
    location @bad_request { return 400 ${errorBody('bad-request', 'this is not a request we understand')}; }
    location @forbidden { return 403 ${errorBody('forbidden', 'not for this address')}; }
    location @too_large { return 413 ${errorBody('payload-too-large', `the body is larger than ${BODY_LIMIT}`)}; }
    location @unavailable {
      add_header Retry-After 1 always;
      add_header X-Request-Id $request_id always;
      return 503 ${errorBody('unavailable', 'the service behind the gateway cannot be reached')};
    }
  }
}
`
}

function upstream(name: string, address: string): string {
  return `upstream ${name} {
    server ${address};
    keepalive 128;
    keepalive_requests 1000000;
    keepalive_timeout 60s;
  }`
}

/** add_header in a location replaces those of the server, so they are said again. */
function proxied(name: string): string {
  return `
      proxy_pass http://${name};
      add_header Cache-Control no-store always;
      add_header X-Request-Id $request_id always;
      add_header X-Content-Type-Options nosniff always;
    `
}

function errorBody(code: string, message: string): string {
  return `'{"code":"${code}","message":"${message}","requestId":"$request_id"}'`
}

/** Throws for a value that would end its directive. */
function assertPlain(value: string): void {
  if (!/^[A-Za-z0-9_./:-]+$/.test(value)) throw new RangeError(`"${value}" cannot stand in an nginx configuration`)
}
