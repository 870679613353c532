import { join, relative } from 'node:path'
import { Option } from 'commander'
import { CHECKOUT } from '../engines/place.ts'

/** `--plan`, for the commands that need one: a path from where the user stands, or the checkout's own plan. */
export function planOption(description = 'the growth plan'): Option {
  return new Option('--plan <file>', description).default(checkoutPlan())
}

/** plan.yaml of the checkout, from where the user stands. */
export function checkoutPlan(): string {
  return relative(process.cwd(), join(CHECKOUT, 'plan.yaml'))
}
