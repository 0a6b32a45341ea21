// Verifies an id token as a relying party would, with jose: `node verify.mjs JWKS ISSUER CLIENT_ID < token`.
import { readFileSync } from "node:fs";
import { createLocalJWKSet, importJWK, jwtVerify } from "jose";

const [jwks, issuer, audience] = process.argv.slice(2);
const keys = JSON.parse(readFileSync(jwks, "utf8"));
const token = readFileSync(0, "utf8").trim();
// A set of public keys is looked up by `kid`; a shared secret is no part of such a set.
const key = keys.keys[0].kty === "oct" ? await importJWK(keys.keys[0]) : createLocalJWKSet(keys);
const verify = (token, wanted = {}) => jwtVerify(token, key, { issuer, audience, ...wanted });

const { payload, protectedHeader } = await verify(token);
if (!(payload.sub && payload.sid && payload.auth_time <= payload.iat && payload.iat < payload.exp)) {
  throw new Error(JSON.stringify(payload));
}
const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), token.slice(token.lastIndexOf(".") + 1)];
const forged = `${signed}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
for (const [wrong, wanted] of [
  [token, { audience: "another" }],
  [token, { issuer: "https://another.example" }],
  [forged, {}],
]) {
  const taken = await verify(wrong, wanted).then(() => true, () => false);
  if (taken) throw new Error(`jose takes what it must not: ${JSON.stringify(wanted)}`);
}
console.log("jose", protectedHeader.alg, Object.keys(payload).sort().join(" "));
