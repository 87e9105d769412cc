/**
 * Replaces a request's signal by another, made when it is first read: the runtime creates signals only when they are read, and
 * prints a warning for each.
 */
export function signalOf(request: Request, make: (own: AbortSignal) => AbortSignal, own = request): void {
  const prototype = Object.getPrototypeOf(own) as Request;
  const inherited = Object.getOwnPropertyDescriptor(own, "signal") ??
    Object.getOwnPropertyDescriptor(prototype, "signal")!;
  let made: AbortSignal | undefined;
  Object.defineProperty(request, "signal", {
    configurable: true,
    get: () => made ??= make(inherited.get!.call(own) as AbortSignal),
  });
}
