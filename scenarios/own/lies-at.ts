// Whether an address lies at the target: the same scheme, host and port, spelled the same. Pure.

export function liesAt(baseUrl: string, url: string): boolean {
  return url.startsWith(baseUrl) && /^(?:$|[/?#])/.test(url.slice(baseUrl.length))
}
