// Apollo Gateway before a supergraph, as its documentation sets it up: node apollo.mjs PORT SUPERGRAPH
// What callers show goes to the product alone, with the secret by which its router is known.
import { readFileSync } from 'node:fs'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'

const OPEN = ['accept-language', 'x-request-id']
const OURS = ['authorization', 'kabinet-workplace', 'kabinet-on-behalf-of', 'idempotency-key', 'graphql-client-name']

class Source extends RemoteGraphQLDataSource {
  willSendRequest ({ request, context }) {
    for (const name of this.ours ? [...OPEN, ...OURS] : OPEN) {
      if (context[name]) request.http.headers.set(name, context[name])
    }
    if (this.ours) request.http.headers.set('kabinet-router', process.env.ROUTER_SECRET)
  }
}

const [port, supergraph] = process.argv.slice(2)
const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraph, 'utf8'),
  buildService: ({ name, url }) => new Source({ url, ours: name === 'kabinet' })
})
await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { port: Number(port), host: '127.0.0.1' },
  context: async ({ req }) => req.headers
})
