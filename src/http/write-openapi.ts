import { writeFileSync } from 'node:fs'
import { configuration } from '../app/configuration.ts'
import { apiDocument } from './api-document.ts'

// `npm run openapi`: writes the document that is checked in; a test fails while it differs from the routes.
writeFileSync(new URL('openapi.json', import.meta.url), await apiDocument(configuration().config))
