import { Option } from 'commander'
import { TOPOLOGIES } from '../contracts/sut-endpoint.ts'

/** `--topology`, for the commands that launch the order system. */
export function topologyOption(): Option {
  return new Option('--topology <topology>', 'one Node process for all services, or one for each')
    .choices(TOPOLOGIES)
    .default(TOPOLOGIES[0])
}
