/** Amount of a body that was read. */
export interface ReadBody {
  bytes: number;
  /** Whether it was read to its end; false if the client disconnected or the writer failed. */
  complete: boolean;
}

/** The same body; reports once, at its end, how much of it was read. */
export function countedBody(
  body: ReadableStream<Uint8Array>,
  ended: (read: ReadBody) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  let hasEnded = false;
  const tell = (complete: boolean) => {
    if (!hasEnded) ended({ bytes, complete });
    hasEnded = true;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          tell(true);
          return controller.close();
        }
        bytes += value.byteLength;
        controller.enqueue(value);
      } catch (error) {
        tell(false);
        controller.error(error);
      }
    },
    async cancel(reason) {
      tell(false);
      await reader.cancel(reason);
    },
  });
}
