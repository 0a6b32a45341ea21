// A whole login, from outside: SERVER=target/release/authflow-server node --test

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { App } from './app.js'
import { start } from './double.js'

const [PASSWORD, NEW] = ['Correct-Horse-7', 'Battery-Staple-8']
const MOBILE = '+86-13900000009'
const DAY = 86_400

let double, app
before(async () => (double = await start()))
after(() => double?.stop())
beforeEach(async () => {
  await double.reset()
  app = new App(double.baseUrl)
})

function isStatus(answer, status) {
  assert.deepEqual([answer.status, answer.body.status], [200, status])
}

function isRefused(answer, code) {
  assert.deepEqual([answer.status, answer.body.error_code], [400, code])
}

test('an expiring password is skipped, and a route opens', async () => {
  await double.account({ user_name: 'zoe', password: PASSWORD, password_age_days: 85 })
  isStatus(await app.signIn('zoe', PASSWORD), 'PASSWORD_WARN')
  isStatus(await app.skip(), 'SUCCESS')
  assert.equal((await app.protected()).status, 200)
  isRefused(await app.skip(), 'IDAAS.SDK.PARAM.0014') // a token counts once
})

test('a second factor is proved by SMS', async () => {
  await double.account({ user_name: 'zoe', mobile: MOBILE, password: PASSWORD, second_factors: ['sms'] })
  isStatus(await app.signIn('zoe', PASSWORD), 'MFA_AUTH')
  assert.equal((await app.sendSecondFactor()).status, 200)
  const code = await double.code(MOBILE)
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0')
  isRefused(await app.prove('sms', wrong), 'IDAAS.SDK.CAPTCHA.0007')
  isStatus(await app.prove('sms', code), 'SUCCESS')
  assert.equal((await app.protected()).status, 200)
})

test('a second factor is proved by an authenticator', async () => {
  const { totp_secret } = await double.account({ user_name: 'zoe', password: PASSWORD, second_factors: ['totp'] })
  isStatus(await app.signIn('zoe', PASSWORD), 'MFA_AUTH')
  isStatus(await app.prove('totp', await double.oneTimePassword(totp_secret)), 'SUCCESS')
})

test('a login expires while nobody goes on', async () => {
  await double.account({ user_name: 'zoe', password: PASSWORD, password_age_days: 85 })
  await app.signIn('zoe', PASSWORD)
  await double.advance(601)
  isRefused(await app.skip(), 'IDAAS.SDK.PARAM.0014')
})

test('a code expires', async () => {
  await double.account({ mobile: MOBILE })
  assert.equal((await app.sendCode(MOBILE)).status, 200)
  const code = await double.code(MOBILE)
  await double.advance(301)
  isRefused(await app.signInWithCode(MOBILE, code), 'IDAAS.SDK.CAPTCHA.0007')
  assert.equal((await app.sendCode(MOBILE)).status, 200)
  isStatus(await app.signInWithCode(MOBILE, await double.code(MOBILE)), 'SUCCESS')
})

test('a session expires', async () => {
  await double.account({ user_name: 'zoe', password: PASSWORD })
  await app.signIn('zoe', PASSWORD)
  assert.equal((await app.protected()).status, 200)
  await double.advance(2 * 3_600 + 1)
  isRefused(await app.protected(), 'IDAAS.SDK.PARAM.0016')
})

test('a password expires, and is changed', async () => {
  await double.account({ user_name: 'zoe', password: PASSWORD })
  isStatus(await app.signIn('zoe', PASSWORD), 'SUCCESS')
  await double.advance(91 * DAY)
  isStatus(await app.signIn('zoe', PASSWORD), 'PASSWORD_EXPIRED')
  assert.equal((await app.skip()).status, 400) // what has expired is not skipped
  isStatus(await app.changePassword(PASSWORD, NEW), 'SUCCESS')
  isStatus(await app.signIn('zoe', NEW), 'SUCCESS')
})

test('five wrong guesses lock, until guesses are given back', async () => {
  await double.account({ user_name: 'zoe', password: PASSWORD })
  for (let guess = 0; guess < 5; guess++) assert.equal((await app.signIn('zoe', 'wrong')).status, 400)
  isRefused(await app.signIn('zoe', PASSWORD), 'IDAAS.SDK.LOGIN.0002')
  await double.unlock('zoe')
  isStatus(await app.signIn('zoe', PASSWORD), 'SUCCESS')
})

test('no test sees what another one has made', async () => {
  assert.equal((await app.signIn('zoe', PASSWORD)).status, 400)
  assert.ok((await double.account({ user_name: 'zoe', password: PASSWORD })).id)
})
