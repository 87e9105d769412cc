/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON. Tests look into it as they expect it to be. */
  // deno-lint-ignore no-explicit-any -- the point of a test is to find out what it is
  json: any;
}

/** Reads an answer to its end. */
export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  return {
    status,
    headers,
    text,
    json: isJson(headers.get("Content-Type")) && text !== "" ? JSON.parse(text) : undefined,
  };
}

/** Whether a media type is that of one JSON document. */
export function isJson(type: string | null): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? "");
}
