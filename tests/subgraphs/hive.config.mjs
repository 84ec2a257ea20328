// Hive Gateway in front of our parts: what travels from the caller to them, and what proves it to be their router.
const PASSED = [
  'authorization', 'kabinet-workplace', 'kabinet-on-behalf-of', 'accept-language', 'idempotency-key', 'x-request-id',
  'graphql-client-name'
]

export const gatewayConfig = {
  propagateHeaders: {
    fromClientToSubgraphs ({ request }) {
      const given = PASSED.map(name => [name, request.headers.get(name)]).filter(([, value]) => value)
      return { ...Object.fromEntries(given), 'kabinet-router': process.env.ROUTER_SECRET }
    }
  }
}
