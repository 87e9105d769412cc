/** What a person sees of the service. */
export { page, type PageOptions } from "./page.tsx";
