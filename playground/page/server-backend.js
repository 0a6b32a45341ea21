// The server that has served this page.

export async function onServer() {
  const answer = await fetch("playground.json");
  if (!answer.ok) return null;
  const shown = await answer.json();
  const way = ["Start"];
  return {
    origin: location.origin,
    async look() { return { ...shown, way: [...way], now: Math.floor(Date.now() / 1000), attacks: [] }; },
    async send({ method, path, headers, body }) {
      const reply = await fetch(path, { method, headers, body: body || undefined });
      const text = await reply.text();
      const led = reply.ok ? STATES[status(text)] : undefined;
      if (led && led !== way.at(-1)) way.push(led);
      return { status: reply.status, headers: [...reply.headers], body: text, questions: [], events: [] };
    },
    code: () => "",
  };
}

const STATES = { PASSWORD_WARN: "PasswordExpiring", PASSWORD_EXPIRED: "PasswordExpired", MFA_AUTH: "FactorRequired", SUCCESS: "SessionIssued" };

function status(text) {
  try { return JSON.parse(text).status; } catch { return null; }
}
