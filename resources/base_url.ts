/** An address without slashes at its end, to which paths can be added. */
export function baseUrlOf(address: string): string {
  let end = address.length;
  while (address[end - 1] === "/") end--;
  return address.slice(0, end);
}
