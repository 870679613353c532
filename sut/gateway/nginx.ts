// The gateway's configuration: the only address outside callers know. Pure text; whoever starts nginx writes it to a file
// and says where nginx may keep its pid and temporary files.

import { ROUTES } from '../../contracts/gateway-api.ts'
import { LEGACY_ROUTES, MONOLITH_IDENTITY_PATH } from '../../contracts/legacy-api.ts'
import { TRACE_FORMAT } from '../telemetry/trace-context.ts'
import { BODY_LIMIT, errorMaps, errorPages, METHODS } from './error-answers.ts'

export interface NginxOptions {
  /** `127.0.0.1:8080`, or `8080` inside a container. */
  readonly listen: string
  readonly app: string
  readonly admin: string
  /** Absent: there are none. */
  readonly oldInterfaces?: OldInterfaces
  /** The name server of the containers: names are asked for again, so that a front-end may come back at another address. */
  readonly resolver?: string
  /** `stdout`: every request, for a collector. `sample`: a file with every refusal and one request in a hundred. */
  readonly accessLog: 'stdout' | 'sample'
  /** Who may read the metrics of the front-end through the gateway; none where every caller has the same address. */
  readonly metricsFor: readonly string[]
}

/** Who may be sent the old interfaces: the switch `gateway` says which of the two. */
export interface OldInterfaces {
  readonly monolith: string
  /** Of the interface layer. */
  readonly adapter: string
}

/** Below the folder that nginx runs in. The file stands there while the interface layer is sent the old interfaces. */
export const POSITION_FOLDER = 'position'
export const INTERFACE_LAYER_FILE = 'interface-layer'

/**
 * Of one address. A client beyond them is refused with 429; what it keeps open, idle for longer than MIN_IDLE_SECONDS, is
 * closed when others need room.
 */
const CLIENT_LIMITS = { requestsInFlight: 1_024, requestsPerSecond: 20_000, burst: 2_000 } as const

/**
 * For so long after an answer a reload closes no connection: the next request there is answered, and told that it was the
 * last. Longer than Node's own clients keep one idle (4 and 5 s), and no longer: meanwhile it makes no room for others.
 */
const MIN_IDLE_SECONDS = 6

export function renderNginxConfig(options: NginxOptions): string {
  const { listen, app, admin, oldInterfaces, resolver, accessLog, metricsFor } = options
  const named = [oldInterfaces?.monolith, oldInterfaces?.adapter, resolver].filter((value) => value !== undefined)
  for (const value of [listen, app, admin, ...metricsFor, ...named]) assertPlain(value)
  return `# Rendered by sut/gateway/nginx.ts
worker_processes 1;
error_log stderr warn;

events {
  worker_connections 8192;
}

http {
  ${logging(accessLog)}
  # An address that ends in .html is no page either.
  types {}
  default_type application/json;
  server_tokens off;
  tcp_nodelay on;

  keepalive_timeout 75s;
  keepalive_min_timeout ${MIN_IDLE_SECONDS}s;
  keepalive_requests 1000000;
  client_header_timeout 10s;
  client_body_timeout 10s;
  client_max_body_size ${BODY_LIMIT};
  client_body_buffer_size ${BODY_LIMIT};
  send_timeout 10s;
${TEMPORARY.map((kind) => `  ${kind}_temp_path ${kind}_temp;`).join('\n')}

  limit_conn_zone $binary_remote_addr zone=in_flight:4m;
  limit_req_zone $binary_remote_addr zone=requests:4m rate=${CLIENT_LIMITS.requestsPerSecond}r/s;
  limit_conn in_flight ${CLIENT_LIMITS.requestsInFlight};
  limit_req zone=requests burst=${CLIENT_LIMITS.burst} nodelay;
  limit_conn_status 429;
  limit_req_status 429;
  limit_conn_log_level notice;
  limit_req_log_level notice;

  ${resolver ? `resolver ${resolver} valid=2s ipv6=off;` : ''}
  ${upstream('app', app, resolver)}
  ${upstream('admin', admin, resolver)}${oldUpstreams(oldInterfaces, resolver)}

  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Request-Id $request_id;
  # Not added to what the client says: nobody before us is trusted.
  proxy_set_header X-Forwarded-For $remote_addr;
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
    location /.well-known/headroom-challenge/ { proxy_pass http://app; }
    location = /metrics {
${metricsFor.map((range) => `      allow ${range};\n`).join('')}      deny all;
      proxy_pass http://app;
    }
    # nginx would send these on to their slash, with a page.
    location = /v1/app { return 404; }
    location = /.well-known/headroom-challenge { return 404; }
    location = /v1/admin { return 404; }
${oldInterfaces === undefined ? '' : oldLocations()}    location / { return 404; }
${errorPages()}
  }
}
`
}

function oldUpstreams(oldInterfaces: OldInterfaces | undefined, resolver: string | undefined): string {
  if (oldInterfaces === undefined) return ''
  const { monolith, adapter } = oldInterfaces
  return `
  ${upstream('monolith', monolith, resolver)}
  ${upstream('adapter', adapter, resolver)}`
}

/**
 * Each by its name: nothing else of the monolith is for outside callers. The file is looked for at each request; to reload
 * an older nginx closes connections on which a request may be on its way, and who sent a POST there does not know what
 * became of it.
 * `root` only makes its path absolute.
 */
function oldLocations(): string {
  const locations = Object.values(LEGACY_ROUTES).map(
    (path) => `    location = ${path} {
      root ${POSITION_FOLDER};
      set $old_interfaces monolith;
      if (-f $document_root/${INTERFACE_LAYER_FILE}) { set $old_interfaces adapter; }
      ${proxied('$old_interfaces').trim()}
    }`,
  )
  return `${locations.join('\n')}
    location = ${MONOLITH_IDENTITY_PATH} { proxy_pass http://monolith${ROUTES.identity.path}; }
`
}

/** What this process may write while it serves, below its own folder: the ones built in belong to root. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const

/**
 * No query: it may hold what is searched for. No header, as one is the token, but the trace that a client names, and only
 * where it is one. A request without goes on under one of its request id.
 */
function logging(to: NginxOptions['accessLog']): string {
  const fields = [
    '"time":"$time_iso8601","client":"$remote_addr","requestId":"$request_id","method":"$request_method"',
    '"path":"$request_path","status":$status,"bytes":$bytes_sent,"seconds":$request_time',
    '"upstream":"$upstream_addr","upstreamSeconds":"$upstream_response_time","traceparent":"$traceparent"',
  ]
  const format = `map $http_traceparent $traceparent {
    '~${TRACE_FORMAT.source}' $http_traceparent;
    default '';
  }
  log_format json escape=json '{${fields.join(',')}}';`
  if (to === 'stdout') return `${format}\n  access_log /dev/stdout json;`
  return `${format}
  split_clients $request_id $is_drawn {
    1% 1;
    * 0;
  }
  map $status $is_logged {
    ~^[45] 1;
    default $is_drawn;
  }
  access_log access.log json buffer=64k flush=1s if=$is_logged;`
}

function upstream(name: string, address: string, resolver: string | undefined): string {
  return `upstream ${name} {
    ${resolver ? `zone ${name} 64k;\n    ` : ''}server ${address}${resolver ? ' resolve' : ''};
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
