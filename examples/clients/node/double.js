// A test double of the login server. It is started here on a free port, or it runs already. This file has no dependency.

import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { createInterface } from 'node:readline'

/** A status, and the JSON that came with it. */
export async function send(method, url, headers = {}, body) {
  const typed = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const answer = await fetch(url, { method, headers: { ...headers, ...typed }, body: body && JSON.stringify(body) })
  const text = await answer.text()
  return { status: answer.status, body: text ? JSON.parse(text) : null }
}

/** What a test tells the double, and asks it. */
export class Double {
  constructor(baseUrl, stop = async () => {}) {
    this.baseUrl = baseUrl.replace(/\/$/, '')
    this.stop = stop
  }

  async call(method, path, body) {
    const answer = await send(method, this.baseUrl + path, {}, body)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** Makes an account: user_name, mobile, email, password, password_age_days, second_factors, … */
  account(members) {
    return this.call('POST', '/dev/accounts', members)
  }

  /** The last code that was sent to a number or an address. */
  async code(to) {
    return (await this.call('GET', `/dev/codes/last?to=${encodeURIComponent(to)}`)).code
  }

  /** Moves the clock of the double forward by so many seconds. */
  async advance(seconds) {
    return (await this.call('POST', '/dev/clock', { advance: seconds })).now
  }

  unlock(user) {
    return this.call('DELETE', `/dev/attempts/${encodeURIComponent(user)}`)
  }

  reset() {
    return this.call('POST', '/dev/reset')
  }

  /** The password that an authenticator shows at the time of the double (RFC 6238: SHA-1, 30 seconds, six digits). */
  async oneTimePassword(totpSecret) {
    const step = Buffer.alloc(8)
    step.writeBigUInt64BE(BigInt(Math.floor((await this.advance(0)) / 30)))
    const tag = createHmac('sha1', base32(totpSecret)).update(step).digest()
    const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff
    return String(number % 1_000_000).padStart(6, '0')
  }
}

function base32(text) {
  const bits = [...text].map((it) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(it).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
}

/** BASE_URL names a running double. SERVER names the program, which is started on a port that the system picks. */
export async function start() {
  const { BASE_URL, SERVER } = process.env
  if (BASE_URL) return new Double(BASE_URL)
  if (!SERVER) throw new Error('give SERVER, the path of authflow-server, or BASE_URL, of one that was started with --dev')
  const stdio = ['ignore', 'pipe', 'inherit']
  const server = spawn(SERVER, ['--dev', '--listen', '127.0.0.1:0'], { stdio, env: { ...process.env, RUST_LOG: 'warn' } })
  const ended = new Promise((resolve, reject) => server.once('exit', resolve).once('error', reject))
  const lines = createInterface({ input: server.stdout })
  const listens = new Promise((resolve) => lines.once('line', resolve))
  const first = await Promise.race([listens, ended.then((code) => `it ended with ${code}`)])
  const [, baseUrl] = first.match(/^listening on (.*)$/) ?? []
  if (!baseUrl) throw new Error(`${SERVER} did not start: ${first}`)
  return new Double(baseUrl, () => (server.kill(), ended))
}
