import { Layout } from "../layout.tsx";
import { PageHead } from "../components/page_head.tsx";
import { Field } from "../components/field.tsx";

export interface SignInProps {
  /** Name of the identity provider; `null` if none is configured. */
  provider: string | null;
  /** Path to return to after the sign-in. */
  returnPath: string;
  /** Error of the previous attempt. */
  problem?: string;
  /** Whether the visitor has just signed out. */
  signedOut?: boolean;
}

/** Sign-in by an identity provider or with an access token. */
export function SignInPage({ provider, returnPath, problem, signedOut = false }: SignInProps) {
  return (
    <Layout
      title="Sign in · Tandem"
      path="/sign-in"
      styles={["settings.css"]}
      bare
      headline={<PageHead title="Sign in">This service requires authentication.</PageHead>}
    >
      <section class="panel door" aria-label="Sign in">
        {signedOut && <p class="notice" role="status">You have signed out.</p>}
        {problem && <p class="notice bad" role="alert">{problem}</p>}
        {provider && (
          <p>
            <a class="button primary" href={`/auth/google/login?${new URLSearchParams({ return: returnPath })}`}>
              Sign in with {provider}
            </a>
          </p>
        )}
        <form class="stack" method="post" action="/auth/token">
          <h2>{provider ? "Or with an access token" : "With an access token"}</h2>
          <input type="hidden" name="return" value={returnPath} />
          <Field
            label="Access token"
            type="password"
            name="token"
            required
            autocomplete="off"
            spellcheck={false}
            maxlength={200}
          />
          <button type="submit" class={provider ? "" : "primary"}>Sign in</button>
          <p class="faint">
            Create one on the machine of the service: <code>deno task token create NAME</code>
          </p>
        </form>
      </section>
    </Layout>
  );
}

/** Reason of a failed sign-in, with a link to try again. */
export function SignInFailedPage({ title, detail }: { title: string; detail: string }) {
  return (
    <Layout
      title={`${title} · Tandem`}
      path="/sign-in"
      styles={["settings.css"]}
      bare
      headline={<PageHead title={title}>{detail}</PageHead>}
    >
      <section class="panel door" aria-label="Next steps">
        <p>
          <a class="button primary" href="/sign-in">Back to the sign-in</a>
        </p>
      </section>
    </Layout>
  );
}
