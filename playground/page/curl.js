// A request as a curl command, and back.

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

export function written({ method, path, headers, body }, origin) {
  const lines = [`curl ${quoted(origin + path)}`];
  if (method !== (body ? "POST" : "GET")) lines.push(`-X ${method}`);
  for (const [name, value] of headers) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) lines.push(`--json ${quoted(body)}`);
  return lines.join(" \\\n  ");
}

// The words of a command line, split as a shell splits them.
function words(text) {
  const found = [];
  let word = null;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "'" || letter === '"') {
      const end = text.indexOf(letter, at + 1);
      if (end < 0) return null;
      word = (word ?? "") + text.slice(at + 1, end);
      at = end;
    } else if (letter === "\\") {
      at += 1;
      if (text[at] !== "\n") word = (word ?? "") + (text[at] ?? "");
    } else if (/\s/.test(letter)) {
      if (word !== null) found.push(word);
      word = null;
    } else {
      word = (word ?? "") + letter;
    }
  }
  if (word !== null) found.push(word);
  return found;
}

// Returns null if the text is no request.
export function read(text) {
  const [program, ...rest] = words(text.trim()) ?? [];
  if (program !== "curl") return null;
  let method = null;
  let url = null;
  let body = "";
  const headers = [];
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at];
    if (word === "-X" || word === "--request") {
      method = rest[(at += 1)];
    } else if (word === "-H" || word === "--header") {
      const [name, ...value] = (rest[(at += 1)] ?? "").split(":");
      headers.push([name.trim(), value.join(":").trim()]);
    } else if (word === "--json" || word === "-d" || word === "--data") {
      body = rest[(at += 1)] ?? "";
      if (word === "--json") headers.push(["Content-Type", "application/json"]);
    } else if (!word.startsWith("-")) {
      url = word;
    }
  }
  if (url === null) return null;
  const path = url.replace(/^[a-z]+:\/\/[^/]*/, "");
  return path.startsWith("/") ? { method: method ?? (body ? "POST" : "GET"), path, headers, body } : null;
}
