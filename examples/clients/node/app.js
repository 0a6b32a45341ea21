// The login of an app, as it calls the family. Put your app in its place.

import { send } from './double.js'

/** One installation of the app: a device, and the token that it holds while a login is under way. */
export class App {
  constructor(baseUrl, clientId = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4', device = 'node') {
    this.sdk = `${baseUrl}/api/v2/sdk`
    this.headers = {
      'X-operating-sys-version': 'Android 10',
      'X-device-fingerprint': device,
      'X-agent': 'node',
      'X-client-id': clientId,
    }
  }

  async call(method, path, body, tokens = {}) {
    const answer = await send(method, this.sdk + path, { ...this.headers, ...tokens }, body)
    if (answer.status === 200 && answer.body) {
      this.stateToken = answer.body.state_token ?? this.stateToken
      this.idToken = answer.body.id_token ?? this.idToken
    }
    return answer
  }

  /** A further step of a login. */
  pending(method, path, body) {
    return this.call(method, path, body, { 'X-state-token': this.stateToken })
  }

  signIn(userName, password) {
    return this.call('POST', '/login', { user_name: userName, password })
  }

  skip() {
    return this.pending('POST', '/pwd/skip-update')
  }

  changePassword(before, after) {
    return this.pending('POST', '/pwd/update', { old_password: before, new_password: after })
  }

  sendSecondFactor() {
    return this.pending('POST', '/sms/send', { type: 'MFA_AUTH_SMS' })
  }

  prove(factor, code) {
    return this.pending('POST', `/mfa/${factor}`, { verify_code: code })
  }

  sendCode(mobile) {
    return this.call('POST', '/sms/send', { mobile, type: 'LOGIN_SMS' })
  }

  signInWithCode(mobile, code) {
    return this.call('POST', '/login/mobile-verify-code', { mobile, verify_code: code })
  }

  /** A route that demands a session. */
  protected() {
    return this.call('GET', '/pwd/check-exist', undefined, { Authorization: `Bearer ${this.idToken}` })
  }
}
