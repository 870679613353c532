// The gateway's configuration: the only address outside callers know. Pure text; whoever starts nginx writes it to a file
// and says where nginx may keep its pid and temporary files.

import { BODY_LIMIT, errorMaps, errorPages, METHODS } from './error-answers.ts'

export interface NginxOptions {
  /** `127.0.0.1:8080`, or `8080` inside a container. */
  readonly listen: string
  readonly app: string
  readonly admin: string
}

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
  # An address that ends in .html is no page either.
  types {}
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

  map $request_method $is_unknown_method {
    # Asked again on the way to the page of an error, which is a GET; without a name where the request line was not read.
    volatile;
    default 1;
    '' 0;
${METHODS.map((method) => `    ${method} 0;`).join('\n')}
  }${errorMaps()}

  server {
    listen ${listen};
    server_name _;
    add_header X-Request-Id $request_id always;
    add_header X-Content-Type-Options nosniff always;
    if ($is_unknown_method) { return 405; }

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
    # nginx would send these on to their slash, with a page.
    location = /v1/app { return 404; }
    location = /v1/admin { return 404; }
    location / { return 404; }
${errorPages()}
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

/** Throws for a value that would end its directive. */
function assertPlain(value: string): void {
  if (!/^[A-Za-z0-9_./:-]+$/.test(value)) throw new RangeError(`"${value}" cannot stand in an nginx configuration`)
}
