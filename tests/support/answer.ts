/** A response with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON, untyped so that tests can access expected fields. */
  // deno-lint-ignore no-explicit-any -- the point of a test is to find out what it is
  json: any;
}

/** Reads a response to its end. */
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

/** Whether a media type is a JSON document. */
export function isJson(type: string | null): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? "");
}
