/**
 * Makes another signal of a request's own, once somebody asks for it: the runtime makes signals only where they are wanted, and says on
 * the terminal what it thinks of each that is.
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
