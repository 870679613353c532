// Of a request to another process: whether its bytes may have left this one. "Not done" is said only when that is known.

import type { Dispatcher } from 'undici'

/** Given to the request as `opaque`. */
export interface Sending {
  hasBegun: boolean
}

/** The handler is told right before the request is written to its connection. */
export const noteSending: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart: (controller, context) => {
      const { opaque } = options as { readonly opaque?: Sending }
      if (opaque) opaque.hasBegun = true
      handler.onRequestStart?.(controller, context)
    },
    onResponseStart: (...response) => handler.onResponseStart?.(...response),
    onResponseData: (...chunk) => handler.onResponseData?.(...chunk),
    onResponseEnd: (...trailers) => handler.onResponseEnd?.(...trailers),
    onResponseError: (...failure) => handler.onResponseError?.(...failure),
  })
