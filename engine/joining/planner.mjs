// The planner as a process of its own, which ends when its standard input does.
// Lines of JSON. In first: {"supergraph"}; out: {"version"} or {"refused"}.
// Then in: {"id", "document", "operationName"}; out: {"id", "plan"} or {"id", "refused"}.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { QueryPlanner } from '@graphql-hive/router-query-planner'

const PACKAGE = '@graphql-hive/router-query-planner'
const folder = dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)))
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
// No label of a progressive override is switched on, and no share of requests is overridden.
const LABELS = new Set()
const SHARE = 0

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')

let planner
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  try {
    if (planner === undefined) {
      planner = new QueryPlanner(asked.supergraph)
      say({ version })
    } else {
      say({ id: asked.id, plan: planner.plan(asked.document, asked.operationName, LABELS, SHARE) })
    }
  } catch (refused) {
    say({ id: asked.id, refused: String(refused) })
  }
}
