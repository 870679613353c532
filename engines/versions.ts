// Every version the project names, in one place: versions.json.

import versions from './versions.json' with { type: 'json' }

export const VERSIONS = versions
