import assert from "node:assert/strict";
import fc from "fast-check";
import { type Backend, graceMs, WireServer } from "../../../resources/database/wire_server.ts";

/** A message of the wire protocol: its letter, four bytes of length, its body. */
function message(code: string, body = ""): Uint8Array {
  const text = new TextEncoder().encode(body);
  const bytes = new Uint8Array(5 + text.length);
  bytes[0] = code.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, 4 + text.length);
  bytes.set(text, 5);
  return bytes;
}

function bytesOf(...messages: Uint8Array[]): Uint8Array {
  return Uint8Array.from(messages.flatMap((bytes) => [...bytes]));
}

/** `P(select 1)`, `S()` …: what messages there are, for comparison. */
function read(bytes: Uint8Array): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(at + 1);
    const body = new TextDecoder().decode(bytes.subarray(at + 5, end)).replaceAll("\0", ".");
    messages.push(`${String.fromCharCode(bytes[at]!)}(${body})`);
    at = end;
  }
  return messages;
}

/** A session that notes what it is given and answers from a script. */
class ScriptedSession implements Backend {
  readonly given: string[][] = [];
  readonly fatal: string[] = [];
  /** Whether a transaction is open; BEGIN and ROLLBACK change it. */
  open = false;
  answer: (batch: string[]) => Uint8Array[] = () => [];

  execute(batch: Uint8Array, onOutput: (bytes: Uint8Array) => void): void {
    const messages = read(batch);
    this.given.push(messages);
    for (const text of messages) {
      if (text === "Q(begin.)") this.open = true;
      if (text === "Q(rollback.)") this.open = false;
    }
    for (const piece of this.answer(messages)) onOutput(piece);
  }

  inTransaction(): boolean {
    return this.open;
  }

  onFatal = (reason: string): void => {
    this.fatal.push(reason);
  };
}

function client(server: WireServer, options: { background?: boolean } = {}) {
  const received: number[] = [];
  let ended = false;
  const connection = server.connect({ send: (bytes) => received.push(...bytes), end: () => ended = true }, options);
  return {
    connection,
    say: (...messages: Uint8Array[]) => connection.receive(bytesOf(...messages)),
    heard: () => read(Uint8Array.from(received.splice(0))),
    ended: () => ended,
  };
}

/** The start-up packet has no letter. */
const START = Uint8Array.of(0, 0, 0, 9, 0, 3, 0, 0, 0);

function started(server: WireServer, options: { background?: boolean } = {}) {
  const one = client(server, options);
  one.say(START);
  one.heard();
  return one;
}

Deno.test("WireServer reports readiness once a Sync, however often the session does", () => {
  const session = new ScriptedSession();
  const one = started(new WireServer(session));
  session.answer = (batch) =>
    batch.at(-1) === "S()" ? [message("Z", "I")] : [message("E", "SERROR\0C42703\0Mno\0\0"), message("Z", "I")];
  one.say(message("P", "\0select nonsense\0\0\0"), message("H"));
  assert.deepEqual(one.heard(), ["E(SERROR.C42703.Mno..)"]);
  one.say(message("S"));
  assert.deepEqual(one.heard(), ["Z(I)"]);
});

Deno.test("WireServer passes output on whole, however the session cuts it into pieces", () => {
  const output = bytesOf(
    message("T", "row description"),
    message("D", "Z\0\0\0\u0005I"),
    message("Z", "T"),
    message("D", ""),
    message("G", "\0\0\0"),
    message("C", "SELECT 2\0"),
    message("Z", "I"),
  );
  const expected = ["T(row description)", "D(Z...\u0005I)", "D()", "C(SELECT 2.)", "Z(I)"];
  fc.assert(fc.property(fc.array(fc.nat(output.length), { maxLength: 30 }), (cuts) => {
    const session = new ScriptedSession();
    const one = started(new WireServer(session));
    const edges = [0, ...cuts.toSorted((a, b) => a - b), output.length];
    session.answer = () => edges.slice(1).map((edge, i) => output.slice(edges[i], edge));
    one.say(message("Q", "select\0"));
    assert.deepEqual(one.heard(), expected);
  }));
});

Deno.test("WireServer understands messages however they arrive", () => {
  const said = bytesOf(START, message("P", "s1\0select 1\0\0\0"), message("S"), message("Q", "select 2\0"));
  fc.assert(fc.property(fc.array(fc.nat(said.length), { maxLength: 20 }), (cuts) => {
    const session = new ScriptedSession();
    const one = client(new WireServer(session));
    session.answer = () => [message("Z", "I")];
    const edges = [0, ...cuts.toSorted((a, b) => a - b), said.length];
    // An empty array is what a socket never gives.
    edges.slice(1).forEach((edge, i) => edge > edges[i]! && one.connection.receive(said.slice(edges[i], edge)));
    assert.deepEqual(session.given.slice(1).flat(), ["P(s1.select 1...)", "S()", "Q(select 2.)"]);
    assert.deepEqual(one.heard(), ["Z(I)", "Z(I)", "Z(I)"]);
  }));
});

Deno.test("WireServer gives the session to one connection until its cycle and its transaction are over", () => {
  const session = new ScriptedSession();
  const server = new WireServer(session);
  const [one, two] = [started(server), started(server)];
  session.given.length = 0;
  one.say(message("Q", "begin\0"));
  two.say(message("Q", "two\0"));
  one.say(message("P", "\0one\0\0\0"), message("H"));
  assert.deepEqual(session.given, [["Q(begin.)"], ["P(.one...)", "H()"]]);
  one.say(message("S"), message("Q", "rollback\0"));
  assert.deepEqual(session.given.slice(2), [["S()"], ["Q(rollback.)"], ["Q(two.)"]]);
});

Deno.test("WireServer serves connections in the background behind the others, and after some of them all the same", async () => {
  const session = new ScriptedSession();
  const server = new WireServer(session);
  const background = [started(server, { background: true }), started(server, { background: true })];
  const holder = started(server);
  const others = Array.from({ length: 10 }, () => started(server));
  session.given.length = 0;
  holder.say(message("Q", "begin\0"));
  background.forEach(({ say }, i) => say(message("Q", `background ${i}\0`)));
  others.forEach(({ say }, i) => say(message("Q", `${i}\0`)));
  holder.say(message("Q", "rollback\0"));
  const order = ["0", "1", "2", "3", "4", "5", "6", "7", "background 0", "8", "9", "background 1"];
  const given = () => session.given.slice(2).flat().map((text) => text.slice(2, -2));
  // The next statement of one of the others may follow.
  assert.deepEqual(given(), order.slice(0, -1));
  await new Promise((resolve) => setTimeout(resolve, graceMs));
  assert.deepEqual(given(), order);
  background[0]!.say(message("Q", "at once\0"));
  assert.deepEqual(given(), [...order, "at once"]);
});

Deno.test("WireServer rolls back and discards the state of a closed connection, and serves the next", () => {
  const session = new ScriptedSession();
  const server = new WireServer(session);
  const [one, two] = [started(server), started(server)];
  one.say(message("P", "mine\0select 1\0\0\0"), message("S"), message("Q", "begin\0"));
  two.say(message("Q", "two\0"));
  session.given.length = 0;
  one.connection.close();
  assert.deepEqual(session.given, [["S()"], ["Q(rollback.)"], ["C(Smine.)", "S()"], ["Q(two.)"]]);
});

Deno.test("WireServer answers COPY FROM STDIN itself and hands statement and data over together", () => {
  const session = new ScriptedSession();
  const one = started(new WireServer(session));
  session.given.length = 0;
  session.answer = () => [message("G", "\0\0\0"), message("C", "COPY 2\0"), message("Z", "I")];
  one.say(message("Q", "copy t from stdin\0"));
  assert.deepEqual(one.heard(), ["G(...)"]);
  one.say(message("d", "a\n"), message("H"));
  one.say(message("d", "b\n"));
  assert.deepEqual(session.given, []);
  one.say(message("c"));
  assert.deepEqual(session.given, [["Q(copy t from stdin.)", "d(a\n)", "d(b\n)", "c()"]]);
  assert.deepEqual(one.heard(), ["C(COPY 2.)", "Z(I)"]);
});

Deno.test("WireServer gives the session to others after a COPY whose client sends CopyFail once it has ended", () => {
  const session = new ScriptedSession();
  const server = new WireServer(session);
  const [one, other] = [started(server), started(server)];
  session.given.splice(0);
  one.say(message("Q", "copy t from stdin\0"), message("d", "a\n"), message("c"));
  one.say(message("f", "null\0"));
  other.say(message("Q", "two\0"));
  one.say(message("f", "null\0"), message("Q", "three\0"));
  assert.deepEqual(session.given, [["Q(copy t from stdin.)", "d(a\n)", "c()"], ["Q(two.)"], ["Q(three.)"]]);
});

Deno.test("WireServer serves others while a COPY gathers its data, and while a client reads the description of its statement", () => {
  const session = new ScriptedSession();
  const server = new WireServer(session);
  const [one, two] = [started(server), started(server)];
  session.given.length = 0;
  one.say(message("Q", "copy t from stdin\0"));
  one.say(message("d", "a\n"));
  two.say(message("Q", "two\0"));
  one.say(message("c"));
  assert.deepEqual(session.given.splice(0), [["Q(two.)"], ["Q(copy t from stdin.)", "d(a\n)", "c()"]]);
  one.say(message("P", "mine\0select $1\0\0\0"), message("D", "Smine\0"), message("H"));
  two.say(message("Q", "two\0"));
  one.say(message("B"), message("E"), message("S"));
  assert.deepEqual(session.given.splice(0), [
    ["P(mine.select $1...)", "D(Smine.)", "H()", "S()"],
    ["Q(two.)"],
    ["B()", "E()", "S()"],
  ]);
  // A statement without a name would be replaced by the next, and a transaction has the session to itself.
  one.say(message("P", "\0select $1\0\0\0"), message("D", "S\0"), message("H"));
  two.say(message("Q", "two\0"));
  assert.deepEqual(session.given.splice(0), [["P(.select $1...)", "D(S.)", "H()"]]);
  one.say(message("S"), message("Q", "begin\0"));
  assert.deepEqual(session.given.splice(0), [["S()"], ["Q(begin.)"]]);
});

Deno.test("WireServer reports an error that the session does not survive", () => {
  const session = new ScriptedSession();
  const one = started(new WireServer(session));
  session.answer = () => [message("E", "SERROR\0VERROR\0Mharmless\0\0")];
  one.say(message("Q", "one\0"));
  assert.deepEqual(session.fatal, []);
  session.answer = () => [message("E", "SPANIC\0VPANIC\0C53100\0Mno space\0\0")];
  one.say(message("Q", "two\0"));
  assert.deepEqual(session.fatal, ["no space"]);
  session.answer = () => [message("E", "SERROR\0VERROR\0C54001\0Mstack depth limit exceeded\0\0")];
  one.say(message("Q", "three\0"));
  assert.deepEqual(session.fatal, ["no space", "stack depth limit exceeded"]);
});

Deno.test("WireServer counts errors, and stops only while no connection has the session", () => {
  const session = new ScriptedSession();
  const server = new WireServer(session);
  const [one, other] = [started(server), started(server)];
  one.say(message("Q", "begin\0"));
  assert.equal(server.stopIfIdle(), false);
  session.answer = () => [message("E", "SERROR\0VERROR\0Mharmless\0\0")];
  other.say(message("Q", "two\0"));
  one.say(message("Q", "rollback\0"));
  assert.deepEqual([server.errors, server.stopIfIdle()], [2, true]);
  session.given.length = 0;
  one.say(message("Q", "three\0"));
  assert.deepEqual(session.given, []);
});

Deno.test("WireServer refuses TLS, ends cancel requests, and says goodbye", () => {
  const server = new WireServer(new ScriptedSession());
  const packet = (code: number, length: number) => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setInt32(0, length);
    new DataView(bytes.buffer).setInt32(4, code);
    return bytes;
  };
  const answers: number[] = [];
  const connection = server.connect({ send: (bytes) => answers.push(...bytes), end: () => answers.push(-1) });
  connection.receive(packet(80877103, 8));
  assert.deepEqual(answers, ["N".charCodeAt(0)]);
  connection.receive(packet(80877102, 16));
  assert.deepEqual(answers, ["N".charCodeAt(0), -1]);
  const leaving = started(server);
  leaving.say(message("X"));
  assert.ok(leaving.ended());
});

Deno.test("stalledMs() counts only while a connection waits", () => {
  const server = new WireServer(new ScriptedSession());
  const [one, two] = [started(server), started(server)];
  one.say(message("Q", "begin\0"));
  assert.equal(server.stalledMs(), 0);
  two.say(message("Q", "two\0"));
  assert.ok(server.stalledMs() > 0);
  one.say(message("Q", "rollback\0"));
  assert.equal(server.stalledMs(), 0);
});
