// Composes subgraphs, [{name, url, sdl}, …] on standard input, and prints {supergraph, errors, hints}.
import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'
import { readFileSync } from 'node:fs'

const given = JSON.parse(readFileSync(0, 'utf8'))
const found = composeServices(given.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })))
const errors = (found.errors ?? []).map(({ message }) => message)
console.log(JSON.stringify({ supergraph: found.supergraphSdl ?? null, errors, hints: found.hints ?? [] }))
