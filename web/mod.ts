/** The pages of the service. */
export { pageNotFound, pageOnError } from "./absent_pages.tsx";
export { page, type PageOptions } from "./page.tsx";
