// Takes tokens apart, as far as a client can.

const decoded = (text) => {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
};

const KINDS = { state_token: "boundDevice", session_token: "boundSession", id_token: "boundId" };

// For each token in a reply: its name, its claims, its expiry, and the word for the thing that it is bound
// to.
export function taken(body) {
  return Object.entries(KINDS)
    .filter(([name]) => typeof body?.[name] === "string")
    .map(([name, bound]) => {
      const parts = body[name].split(".");
      const claims = parts.length === 3 ? decoded(parts[1]) : null;
      const lasts = name === "session_token" && Number.isInteger(body.expire) ? body.expire : null;
      return { name, bound, claims, exp: claims?.exp ?? null, lasts };
    });
}
