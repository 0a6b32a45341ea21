// The library itself, in the page.

import start, { Machine } from "./machine.js";

export async function inPage() {
  await start({ module_or_path: new URL("machine_bg.wasm", import.meta.url) });
  let machine = null;
  return {
    origin: "https://login.example",
    restart(settings) {
      const next = new Machine(JSON.stringify(settings));
      machine?.free();
      machine = next;
    },
    async look() { return JSON.parse(machine.look()); },
    async send(call) { return JSON.parse(machine.send(JSON.stringify(call))); },
    pass(seconds) { machine.pass(seconds); },
    attack: (name) => JSON.parse(machine.attack(name)),
    code: () => machine.code() ?? "",
    transcript: () => machine.transcript(),
  };
}
