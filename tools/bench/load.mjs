// Loads one server for some rounds: reads {url, paths, connections, seconds, rounds, headers, status} from stdin,
// writes the median figures of the rounds as JSON.
// Every request has another client address, so that no rate limit is measured.
import autocannon from 'autocannon'

let input = ''
for await (const chunk of process.stdin) input += chunk
const task = JSON.parse(input)
let turn = 0

function next (request) {
  turn += 1
  const address = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`
  const path = task.paths[turn % task.paths.length]
  return { ...request, path, headers: { ...task.headers, 'x-forwarded-for': address } }
}

async function round () {
  const figures = { responses: 0, bad: 0, bytes: 0, times: [] }
  const started = process.hrtime.bigint()
  const load = autocannon({
    url: task.url,
    connections: task.connections,
    duration: task.seconds,
    timeout: 60,
    requests: [{ setupRequest: next }]
  })
  load.on('response', (_client, status, size, time) => {
    figures.times.push(time)
    figures.bytes += size
    if (status !== (task.status || 200)) figures.bad += 1
  })
  const result = await load
  figures.bad += result.errors + result.timeouts
  figures.seconds = Number(process.hrtime.bigint() - started) / 1e9
  figures.responses = figures.times.length
  figures.times.sort((a, b) => a - b)
  return figures
}

const rounds = []
for (let n = 0; n < (task.rounds || 1); n += 1) rounds.push(await round())
const sum = (name) => rounds.reduce((total, one) => total + one[name], 0)
const median = (figures) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)]
const served = rounds.filter(({ responses }) => responses > 0)
const at = (share) =>
  median(served.map(({ times }) => times[Math.min(times.length - 1, Math.floor(times.length * share))]))
console.log(
  JSON.stringify({
    responses: sum('responses'),
    bad: sum('bad'),
    p50: at(0.5),
    p95: at(0.95),
    rate: median(rounds.map(({ responses, seconds }) => responses / seconds)),
    bytes: sum('bytes') / Math.max(1, sum('responses'))
  })
)
