// One supergraph of many subgraphs: a JSON array of {name, url, typeDefs} in, {supergraph, public, errors} out.
import { readFileSync, writeSync } from 'node:fs'
import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'

const services = JSON.parse(readFileSync(0, 'utf8')).map(one => ({ ...one, typeDefs: parse(one.typeDefs) }))
const { supergraphSdl, publicSdl, errors } = composeServices(services)
const said = { supergraph: supergraphSdl, public: publicSdl, errors: (errors ?? []).map(error => error.message) }
const bytes = Buffer.from(JSON.stringify(said))
for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at)
