import { join, relative } from 'node:path'
import { Option } from 'commander'
import { CHECKOUT } from '../engines/place.ts'

/** `--plan`, for the commands that need one: a path from where the user stands, or the checkout's own plan. */
export function planOption(description = 'the growth plan'): Option {
  const own = relative(process.cwd(), join(CHECKOUT, 'plan.yaml'))
  return new Option('--plan <file>', description).default(own)
}
