// Loads one server some rounds long: reads {url, paths, connections, seconds, rounds, headers, status} from stdin,
// writes the median figures of the rounds as JSON.
// Every request comes from another address, so that no server's rate limit is what gets measured.
import autocannon from 'autocannon'

let words = ''
for await (const chunk of process.stdin) words += chunk
const task = JSON.parse(words)
let turn = 0

function next (request) {
  turn += 1
  const address = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`
  const path = task.paths[turn % task.paths.length]
  return { ...request, path, headers: { ...task.headers, 'x-forwarded-for': address } }
}

async function round () {
  const found = { answers: 0, bad: 0, bytes: 0, times: [] }
  const started = process.hrtime.bigint()
  const load = autocannon({
    url: task.url,
    connections: task.connections,
    duration: task.seconds,
    timeout: 60,
    requests: [{ setupRequest: next }]
  })
  load.on('response', (_client, status, size, time) => {
    found.times.push(time)
    found.bytes += size
    if (status !== (task.status || 200)) found.bad += 1
  })
  const result = await load
  found.bad += result.errors + result.timeouts
  found.seconds = Number(process.hrtime.bigint() - started) / 1e9
  found.answers = found.times.length
  found.times.sort((a, b) => a - b)
  return found
}

const rounds = []
for (let n = 0; n < (task.rounds || 1); n += 1) rounds.push(await round())
const sum = (name) => rounds.reduce((total, one) => total + one[name], 0)
const median = (figures) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)]
const answered = rounds.filter(({ answers }) => answers > 0)
const at = (share) =>
  median(answered.map(({ times }) => times[Math.min(times.length - 1, Math.floor(times.length * share))]))
console.log(
  JSON.stringify({
    answers: sum('answers'),
    bad: sum('bad'),
    p50: at(0.5),
    p95: at(0.95),
    rate: median(rounds.map(({ answers, seconds }) => answers / seconds)),
    bytes: sum('bytes') / Math.max(1, sum('answers'))
  })
)
