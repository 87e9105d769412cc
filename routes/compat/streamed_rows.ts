import { OldError, tooLarge } from "./old_errors.ts";
import { parsePythonJson, restoreNumbers } from "./python_json.ts";

/** Receives the rows of a body as they arrive. */
export interface RowSink {
  /** A list of rows starts. It replaces earlier rows, as JSON does for a repeated property. */
  begin(): void;
  /** Processes one row. @returns Its fault: path inside the row, and a sentence. */
  take(row: unknown): { path: string; message: string } | undefined;
}

/** Maximum size of a body, in bytes. */
export interface BodyLimits {
  maxBodyBytes: number;
}

/** Maximum nesting of a body. */
const MAX_DEPTH = 32;
/** Number of characters parsed at once: some hundred rows. */
const PIECE = 32 * 1024;
/** Number of bytes read before yielding to other requests. */
const TURN_BYTES = 512 * 1024;
/** Maximum number of characters of one row, and of everything outside the rows. */
const MAX_ROW = 64 * 1024;
const MAX_REST = 1024 * 1024;
/** Maximum number of reported faults; the rows after them are not checked. */
const MAX_FAULTS = 10;

const QUOTE = 34, COMMA = 44, COLON = 58, UPPER_I = 73, UPPER_N = 78, OPEN_LIST = 91, BACKSLASH = 92;
const CLOSE_LIST = 93, OPEN = 123, CLOSE = 125;

/**
 * Reads a JSON body `{"data": [row, row, …]}` row by row, so that neither its text nor its rows are ever in memory as a whole,
 * only the data kept by the sink. Yields to other requests while it reads a long body. Fields of a row may be `NaN`, `Infinity`
 * and `-Infinity`, which Python's `json.dumps` writes.
 *
 * A refused body is still read to its end, unless it is too large: many clients read the response only after sending the body.
 *
 * @returns The body, with an empty list as `data` if that is a list; `undefined` for no body at all. The rows went to `sink`.
 * @throws {OldError} 413 for more than `maxBodyBytes` bytes; 415 for a media type other than JSON; 400 for a body that is not
 * UTF-8 or not JSON, for nesting or rows beyond the limits, and for rows with faults, each with its path.
 *
 * Cost: O(bytes).
 */
export async function readRows(request: Request, sink: RowSink, { maxBodyBytes }: BodyLimits): Promise<unknown> {
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
  const scanner = new RowScanner(sink);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let refusal: OldError | undefined;
  /** Does a part of the work, unless an earlier part failed. */
  const attempt = (work: () => void) => {
    if (refusal) return;
    try {
      work();
    } catch (error) {
      if (error instanceof OldError) refusal = error;
      else if (error instanceof TypeError) refusal = new OldError(400, "The body is not UTF-8.");
      else throw error;
    }
  };
  let bytes = 0;
  let turn = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
    for (let start = 0; start < chunk.length && !refusal; start += TURN_BYTES) {
      const part = chunk.subarray(start, start + TURN_BYTES);
      attempt(() => scanner.read(decoder.decode(part, { stream: true })));
      turn += part.length;
      if (turn < TURN_BYTES) continue;
      turn = 0;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  attempt(() => scanner.read(decoder.decode()));
  if (bytes === 0) return undefined;
  const type = request.headers.get("Content-Type") ?? "";
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new OldError(415, "Send the body as application/json.", { Accept: "application/json" });
  }
  let body: unknown;
  attempt(() => body = scanner.end());
  if (refusal) throw refusal;
  return body;
}

/** Separates the rows from the text around them; `JSON.parse` parses both, so that only JSON and Python's numbers are accepted. */
class RowScanner {
  /** All text except the rows. */
  #rest = "";
  /** Rows that are not parsed yet. */
  #piece = "";
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inRows = false;
  /** Whether the unparsed rows, or the text outside the rows, contain a number that JSON does not have. */
  #pieceIsPython = false;
  #restIsPython = false;
  #rootIsObject = false;
  /** The last string at the root: the name before a colon. */
  #name = "";
  /** The last character other than space outside of strings; for a string its closing quote. */
  #previous = 0;
  #rows = 0;
  /** Whether a comma announced one more row. */
  #owed = false;
  readonly #faults: string[] = [];

  constructor(private readonly sink: RowSink) {}

  read(text: string): void {
    let mark = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inString = false;
        if (!this.#inRows && this.#depth === 1 && this.#name.length < 64) this.#name += text[i];
        continue;
      }
      switch (code) {
        case 32:
        case 9:
        case 10:
        case 13:
          continue;
        case QUOTE:
          this.#inString = true;
          if (!this.#inRows && this.#depth === 1) this.#name = '"';
          break;
        case OPEN:
        case OPEN_LIST: {
          this.#depth++;
          if (this.#depth > MAX_DEPTH) throw new OldError(400, `The body nests deeper than ${MAX_DEPTH} levels.`);
          if (this.#depth === 1) this.#rootIsObject = code === OPEN;
          const begins = code === OPEN_LIST && this.#depth === 2 && this.#rootIsObject && !this.#inRows &&
            this.#previous === COLON && isData(this.#name);
          if (begins) {
            this.#keepRest(text.slice(mark, i + 1));
            mark = i + 1;
            this.#begin();
          }
          break;
        }
        case CLOSE:
        case CLOSE_LIST:
          this.#depth--;
          if (this.#inRows && this.#depth < 2) {
            this.#piece += text.slice(mark, i);
            mark = i;
            this.#parse({ last: true });
            this.#inRows = false;
          }
          break;
        case UPPER_I:
        case UPPER_N:
          if (this.#inRows) this.#pieceIsPython = true;
          else this.#restIsPython = true;
          break;
        case COMMA:
          if (this.#inRows && this.#depth === 2 && this.#piece.length + i - mark > PIECE) {
            this.#piece += text.slice(mark, i);
            mark = i + 1;
            this.#parse({ last: false });
          }
          break;
      }
      this.#previous = code;
    }
    if (!this.#inRows) return this.#keepRest(text.slice(mark));
    this.#piece += text.slice(mark);
    // It ends with an incomplete row: all rows before it would have been parsed.
    if (this.#piece.length > PIECE + MAX_ROW) {
      throw new OldError(400, `data.${this.#rows}: A row has at most ${MAX_ROW.toLocaleString("en")} characters.`);
    }
  }

  end(): unknown {
    const text = this.#inRows ? `${this.#rest}${this.#piece}` : this.#rest;
    const body = parseJson(text, "", { isPython: this.#restIsPython || this.#pieceIsPython });
    if (this.#faults.length > 0) throw new OldError(400, this.#faults.join(" "));
    return body;
  }

  #begin(): void {
    this.#inRows = true;
    this.#rows = 0;
    this.#owed = false;
    this.#faults.length = 0;
    this.sink.begin();
  }

  #keepRest(text: string): void {
    this.#rest += text;
    if (this.#rest.length > MAX_REST) {
      throw new OldError(400, `Beside data, a body has at most ${MAX_REST.toLocaleString("en")} characters.`);
    }
  }

  #parse({ last }: { last: boolean }): void {
    const isPython = this.#pieceIsPython;
    const rows = parseJson(`[${this.#piece}]`, ` after row ${this.#rows} of data`, { isPython }) as unknown[];
    this.#piece = "";
    this.#pieceIsPython = false;
    // A comma without a row before or after it; only the list as a whole may be empty.
    if (rows.length === 0 && (this.#owed || !last)) {
      throw new OldError(
        400,
        `The body is not JSON after row ${this.#rows} of data: a row is missing next to a comma.`,
      );
    }
    this.#owed = !last;
    for (const row of rows) {
      if (this.#faults.length < MAX_FAULTS) {
        if (isPython) restoreNumbers(row);
        const fault = this.sink.take(row);
        if (fault) {
          this.#faults.push(`data.${this.#rows}${fault.path === "" ? "" : `.${fault.path}`}: ${fault.message}`);
        }
      }
      this.#rows++;
    }
  }
}

function isData(name: string): boolean {
  return name === '"data"' || (name.includes("\\") && parseJson(name, "") === "data");
}

function parseJson(text: string, where: string, { isPython = false } = {}): unknown {
  try {
    return isPython ? parsePythonJson(text) : JSON.parse(text);
  } catch (error) {
    // The parser's message for a text with Python's numbers would show their marks.
    const said = isPython ? "" : `: ${(error as SyntaxError).message.slice(0, 200)}`;
    throw new OldError(400, `The body is not JSON${where}${said}.`);
  }
}
